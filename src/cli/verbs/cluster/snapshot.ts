// kubemu cluster snapshot
import { rfc3339 } from '../../../machinery/clock.ts';
import { defineVerb, KubectlError } from '../../verb.ts';
import { checkSnapshotName, said, sizeText, stateFileOf } from './state-file.ts';

export const snapshot = defineVerb({
  short: 'Keep the state of a cluster under a name, or list what is kept',
  long: "Keeps the cluster's state under a name, in a folder beside its file. Without a name it lists the snapshots.",
  examples: [
    { about: 'Keep the state before an experiment', command: 'kubemu cluster snapshot before-upgrade' },
    { about: 'What is kept', command: 'kubemu cluster snapshot' },
    { about: 'Keep it no longer', command: 'kubemu cluster snapshot before-upgrade --delete' },
  ],
  flags: {
    delete: 'Remove the snapshot of this name.',
    force: 'Replace a snapshot of the same name.',
    output: 'name or json, for the list.',
  },
  async run(context) {
    const { args, flags, out } = context;
    const [name, ...rest] = args;
    if (rest.length > 0) throw new KubectlError(`unexpected arguments: [${rest.join(' ')}]`, { usage: true });
    const stateFile = await stateFileOf(context);
    const files = await import('../../../cluster/snapshots.ts');
    if (name !== undefined) {
      checkSnapshotName(name);
      const exists = files.hasSnapshot(stateFile, name);
      if (flags.bool('delete')) {
        if (!exists) throw new KubectlError(`there is no snapshot named ${JSON.stringify(name)}`);
        files.deleteSnapshot(stateFile, name);
        out(`Snapshot "${name}" deleted.`);
        return 0;
      }
      if (exists && !flags.bool('force'))
        throw new KubectlError(`there is a snapshot named ${JSON.stringify(name)} already: --force replaces it`);
      const size = await said(() => files.takeSnapshot(stateFile, name));
      out(`Snapshot "${name}" taken (${sizeText(size)}). To go back to it: kubemu cluster restore ${name}`);
      return 0;
    }
    if (flags.bool('delete')) throw new KubectlError('--delete needs the NAME of a snapshot', { usage: true });
    const output = flags.string('output');
    if (!['', 'name', 'json'].includes(output)) throw new KubectlError(`--output must be name or json, not ${JSON.stringify(output)}`);
    const kept = files.snapshots(stateFile).map(({ taken, ...one }) => ({ ...one, taken: rfc3339(taken) }));
    if (output === 'json') out(JSON.stringify(kept, null, 4));
    else if (output === 'name') for (const one of kept) out(one.name);
    else if (kept.length === 0) context.err('No snapshots found.');
    else {
      const { default: Table } = await import('cli-table3');
      const table = new Table({ head: ['Snapshot', 'Taken', 'Size'], style: { head: [], border: [] } });
      for (const one of kept) table.push([one.name, one.taken, sizeText(one.size)]);
      out(table.toString());
    }
    return 0;
  },
});
