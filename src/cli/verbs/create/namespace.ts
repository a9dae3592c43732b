// `create namespace`.
import { createFromFlags, nameArgument } from '../../generator.ts';
import { defineVerb } from '../../verb.ts';

export const createNamespace = defineVerb({
  short: 'Make a namespace',
  examples: [{ about: 'Make a namespace called team-a', command: 'kubectl create namespace team-a' }],
  async run(context) {
    const name = nameArgument(context);
    await createFromFlags(
      context,
      { kind: 'Namespace', apiVersion: 'v1', metadata: { name }, spec: {}, status: {} },
      { namespaced: false },
    );
    return 0;
  },
});
