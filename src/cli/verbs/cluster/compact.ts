// kubemu cluster compact
import { defineVerb, KubectlError } from '../../verb.ts';
import { said, sizeText, stateFileOf } from './state-file.ts';

export const compact = defineVerb({
  short: "Write a cluster's file anew, without its history",
  long: 'Writes the file anew with what is in the cluster now. Superseded lines and the history of changes go, so watches cannot start in the past, and nothing before it can be undone. Files are folded by themselves too, with their history, when their log has become longer than the rest.',
  examples: [{ about: 'Make the file as small as it can be', command: 'kubemu cluster compact' }],
  async run(context) {
    const [name, ...rest] = context.args;
    if (rest.length > 0) throw new KubectlError(`unexpected arguments: [${rest.join(' ')}]`, { usage: true });
    const stateFile = await stateFileOf(context, name);
    const { compactCluster } = await import('../../../cluster/state-files.ts');
    const { before, after } = await said(() => compactCluster(stateFile));
    context.out(`${stateFile} compacted: ${sizeText(before)} before, ${sizeText(after)} now.`);
    return 0;
  },
});
