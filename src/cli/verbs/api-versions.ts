// kubectl api-versions
import { defineVerb, KubectlError } from '../verb.ts';

export const apiVersions = defineVerb({
  short: 'List the API versions of the server, as group/version',
  examples: [{ about: 'All of them', command: 'kubectl api-versions' }],
  async run({ args, mapper, out }) {
    if (args.length > 0) throw new KubectlError(`unexpected arguments: [${args.join(' ')}]`, { usage: true });
    const versions = new Set((await mapper.all()).map(({ group, version }) => (group ? `${group}/${version}` : version)));
    for (const version of [...versions].sort()) out(version);
    return 0;
  },
});
