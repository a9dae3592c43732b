import { defineVerb, KubectlError } from '../verb.ts';

export const apiVersions = defineVerb({
  short: 'TODO',
  async run({ command }) {
    throw new KubectlError(`kubemu does not have "${command}" yet`);
  },
});
