// `create poddisruptionbudget`.

import { createFromFlags, nameArgument } from '../../generator.ts';
import { fromSelectorText } from '../../selector-object.ts';
import { defineVerb, KubectlError } from '../../verb.ts';

export const createPodDisruptionBudget = defineVerb({
  short: 'Make a budget that evictions respect',
  examples: [{ about: 'Keep two Pods', command: 'kubectl create poddisruptionbudget web --selector=app=web --min-available=2' }],
  flags: {
    selector: 'Labels of the Pods.',
    'min-available': 'How many must stay, or a percentage.',
    'max-unavailable': 'How many may go, or a percentage.',
  },
  async run(context) {
    const name = nameArgument(context);
    const { flags } = context;
    const [min, max] = [flags.string('min-available'), flags.string('max-unavailable')];
    if (!flags.string('selector')) throw new KubectlError('a selector must be specified');
    if (!min && !max) throw new KubectlError('one of min-available or max-unavailable must be specified');
    if (min && max) throw new KubectlError('min-available and max-unavailable cannot be both specified');
    if (min && !/^\d+%?$/.test(min)) throw new KubectlError('invalid format specified for min-available');
    if (max && !/^\d+%?$/.test(max)) throw new KubectlError('invalid format specified for max-unavailable');
    const draft = {
      kind: 'PodDisruptionBudget',
      apiVersion: 'policy/v1',
      metadata: { name },
      spec: {
        ...(min ? { minAvailable: intOrPercent(min) } : {}),
        selector: fromSelectorText(flags.string('selector')),
        ...(max ? { maxUnavailable: intOrPercent(max) } : {}),
      },
      status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
    };
    await createFromFlags(context, draft, { failure: 'failed to create poddisruptionbudgets: ' });
    return 0;
  },
});

const intOrPercent = (text: string): number | string => (text.endsWith('%') ? text : Number(text));
