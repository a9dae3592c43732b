// kubemu cluster undo
import { defineVerb, KubectlError } from '../../verb.ts';
import { said, stateFileOf } from './state-file.ts';

export const undo = defineVerb({
  short: 'Undo the last commands',
  long: 'Lets the cluster be as if its last N commands that changed something had never been given. Time that has passed since stays passed. The state before is kept as the snapshot before-undo. How far back it goes: to the fold before the last one of the file, at most.',
  examples: [
    { about: 'What if that namespace had not been deleted', command: 'kubemu cluster undo' },
    { about: 'Undo the last three commands', command: 'kubemu cluster undo 3' },
    { about: 'Which commands could be undone', command: 'kubemu cluster undo --list' },
  ],
  flags: { list: 'Only list the commands that could be undone, the last first.' },
  async run(context) {
    const [text = '1', ...rest] = context.args;
    if (rest.length > 0) throw new KubectlError(`unexpected arguments: [${rest.join(' ')}]`, { usage: true });
    const count = Number(text);
    if (!Number.isInteger(count) || count < 1) throw new KubectlError(`N must be a positive number, not ${JSON.stringify(text)}`);
    const stateFile = await stateFileOf(context);
    const [{ undoable, undoCommands }, { BEFORE_UNDO }] = await Promise.all([
      import('../../../cluster/state-files.ts'),
      import('../../../cluster/snapshots.ts'),
    ]);
    if (context.flags.bool('list')) {
      for (const line of await said(() => undoable(stateFile))) context.out(line);
      return 0;
    }
    const { undone, known } = await said(() => undoCommands(stateFile, count));
    if (undone.length === 0) {
      const what = count === 1 ? 'the last command' : `the last ${count} commands`;
      const reach = known === 0 ? 'none is known' : known === 1 ? 'only the last one is known' : `only the last ${known} are known`;
      throw new KubectlError(`cannot undo ${what}: ${reach}`);
    }
    for (const { line } of undone) context.out(`Undone: ${line}`);
    context.out(`To take that back: kubemu cluster restore ${BEFORE_UNDO}`);
    return 0;
  },
});
