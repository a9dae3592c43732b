// kubemu cluster restore
import { defineVerb, KubectlError } from '../../verb.ts';
import { checkSnapshotName, said, stateFileOf } from './state-file.ts';

export const restore = defineVerb({
  short: 'Go back to a snapshot',
  long: 'Puts the state of a snapshot in place of the present one, which is kept as the snapshot before-restore. A cluster whose clock is real then lives through the time since, as after a long sleep.',
  examples: [{ about: 'Go back to the snapshot before-upgrade', command: 'kubemu cluster restore before-upgrade' }],
  async run(context) {
    const [name, ...rest] = context.args;
    if (name === undefined || rest.length > 0) throw new KubectlError('exactly one NAME is required', { usage: true });
    checkSnapshotName(name);
    const stateFile = await stateFileOf(context);
    const [{ restoreSnapshot }, { BEFORE_RESTORE, hasSnapshot }] = await Promise.all([
      import('../../../cluster/state-files.ts'),
      import('../../../cluster/snapshots.ts'),
    ]);
    if (!hasSnapshot(stateFile, name)) throw new KubectlError(`there is no snapshot named ${JSON.stringify(name)}`);
    await said(() => restoreSnapshot(stateFile, name));
    context.out(`Snapshot "${name}" restored. To take that back: kubemu cluster restore ${BEFORE_RESTORE}`);
    return 0;
  },
});
