// kubemu cluster list
import { statSync } from 'node:fs';
import { defineVerb, KubectlError } from '../../verb.ts';
import { readConfig } from '../config/edit.ts';
import { knownClusters } from './clusters.ts';

export const list = defineVerb({
  short: 'List the clusters that the kubeconfig knows',
  examples: [{ about: 'All kubemu clusters', command: 'kubemu cluster list' }],
  flags: { output: 'name, for names alone.' },
  async run(context) {
    const { args, flags, out } = context;
    if (args.length > 0) throw new KubectlError(`unexpected arguments: [${args.join(' ')}]`, { usage: true });
    const output = flags.string('output');
    if (output !== '' && output !== 'name') throw new KubectlError(`--output must be 'name', not ${JSON.stringify(output)}`);
    const clusters = knownClusters(await readConfig(context), context.cwd);
    if (output === 'name') {
      for (const { name } of clusters) out(name);
      return 0;
    }
    const [{ default: Table }, { Chalk }] = await Promise.all([import('cli-table3'), import('chalk')]);
    const paint = new Chalk({ level: context.terminal.stdout && !context.env.NO_COLOR ? 1 : 0 });
    const table = new Table({ head: ['', 'Cluster', 'Context', 'State file', 'Size'], style: { head: [], border: [] } });
    for (const { name, context: to, stateFile, current } of clusters)
      table.push([current ? paint.green('*') : '', current ? paint.bold(name) : name, to ?? '', stateFile, sizeOf(stateFile)]);
    out(table.toString());
    return 0;
  },
});

function sizeOf(path: string): string {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size;
  if (bytes === undefined) return 'not made yet';
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
