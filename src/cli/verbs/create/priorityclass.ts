// `create priorityclass`.
import { createFromFlags, nameArgument } from '../../generator.ts';
import { defineVerb } from '../../verb.ts';

export const createPriorityClass = defineVerb({
  short: 'Make a priority class',
  examples: [{ about: 'Pods that go first', command: 'kubectl create priorityclass high --value=1000 --description="goes first"' }],
  flags: {
    value: 'The priority.',
    'global-default': 'Pods without a class get this one.',
    description: 'When to use it.',
    'preemption-policy': 'PreemptLowerPriority or Never.',
  },
  async run(context) {
    const name = nameArgument(context);
    const { flags } = context;
    const description = flags.string('description');
    const draft = {
      kind: 'PriorityClass',
      apiVersion: 'scheduling.k8s.io/v1',
      metadata: { name },
      value: flags.int('value'),
      ...(flags.bool('global-default') ? { globalDefault: true } : {}),
      ...(description ? { description } : {}),
      preemptionPolicy: flags.string('preemption-policy'),
    };
    await createFromFlags(context, draft, { namespaced: false, failure: 'failed to create priorityclass: ' });
    return 0;
  },
});
