import { defineVerb, KubectlError } from '../../verb.ts';

export const reset = defineVerb({
  short: 'TODO',
  async run({ command }) {
    throw new KubectlError(`kubemu does not have "${command}" yet`);
  },
});
