// kubectl version: the client's own, and the server's from /version.
import { version as clientVersion, kustomizeVersion } from '../flags/surface.ts';
import { defineVerb, KubectlError } from '../verb.ts';

export const version = defineVerb({
  short: 'Show the versions of client and server',
  examples: [{ about: 'Versions of this program and of the current cluster', command: 'kubectl version' }],
  flags: { client: 'Show the client alone; no server is asked.', output: "One of 'yaml' or 'json'." },
  async run(context) {
    const { args, flags, client, out, write } = context;
    if (args.length > 0) throw new KubectlError(`extra arguments: [${args.join(' ')}]`);
    const format = flags.string('output');
    if (format !== '' && format !== 'yaml' && format !== 'json') throw new KubectlError("--output must be 'yaml' or 'json'");
    const server = flags.bool('client') ? undefined : ((await client.request({ method: 'GET', path: '/version' })).body as Info);
    if (format === '') {
      out(`Client Version: ${clientVersion}`);
      out(`Kustomize Version: ${kustomizeVersion}`);
      if (server) out(`Server Version: ${server.gitVersion}`);
      return 0;
    }
    const all = { clientVersion: clientInfo, kustomizeVersion, ...(server ? { serverVersion: server } : {}) };
    if (format === 'json') out(JSON.stringify(all, null, 2));
    else write((await import('../../machinery/yaml-write.ts')).writeYaml(all));
    return 0;
  },
});

interface Info {
  gitVersion: string;
  [field: string]: unknown;
}

const clientInfo = {
  major: clientVersion.slice(1).split('.')[0],
  minor: clientVersion.split('.')[1],
  gitVersion: clientVersion,
  gitCommit: 'kubemu',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'v8',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};
