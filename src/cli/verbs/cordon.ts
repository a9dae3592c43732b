// `cordon`.
import { setCordon } from '../cordoning.ts';
import { defineVerb } from '../verb.ts';

export const cordon = defineVerb({
  short: 'Keep new Pods away from a node',
  examples: [{ about: 'One node', command: 'kubectl cordon node01' }],
  run: (context) => setCordon(context, true),
});
