// `uncordon`.
import { setCordon } from '../cordoning.ts';
import { defineVerb } from '../verb.ts';

export const uncordon = defineVerb({
  short: 'Let new Pods come to a node again',
  examples: [{ about: 'One node', command: 'kubectl uncordon node01' }],
  run: (context) => setCordon(context, false),
});
