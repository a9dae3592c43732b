// `rollout resume`.
import { setPaused } from '../../pause-resume.ts';
import { defineVerb } from '../../verb.ts';

export const rolloutResume = defineVerb({
  short: 'Roll out what waited while a deployment was paused',
  examples: [{ about: 'Go on', command: 'kubectl rollout resume deployment/web' }],
  run: (context) => setPaused(context, false),
});
