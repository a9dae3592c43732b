// `rollout pause`.
import { setPaused } from '../../pause-resume.ts';
import { defineVerb } from '../../verb.ts';

export const rolloutPause = defineVerb({
  short: 'Let changes of a deployment wait',
  examples: [{ about: 'Collect several changes into one rollout', command: 'kubectl rollout pause deployment/web' }],
  run: (context) => setPaused(context, true),
});
