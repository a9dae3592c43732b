// `create serviceaccount`.
import { createFromFlags, nameArgument } from '../../generator.ts';
import { defineVerb } from '../../verb.ts';

export const createServiceAccount = defineVerb({
  short: 'Make a service account',
  examples: [{ about: 'An identity for a robot', command: 'kubectl create serviceaccount robot' }],
  async run(context) {
    const name = nameArgument(context);
    await createFromFlags(
      context,
      { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name } },
      { failure: 'failed to create serviceaccount: ' },
    );
    return 0;
  },
});
