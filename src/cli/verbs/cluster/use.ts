// kubemu cluster use
import { defineVerb, KubectlError } from '../../verb.ts';
import { editConfig } from '../config/edit.ts';
import { clusterNamed } from './clusters.ts';

export const use = defineVerb({
  short: 'Make a cluster the current one',
  examples: [{ about: 'Work in the cluster exam from now on', command: 'kubemu cluster use exam' }],
  async run(context) {
    const [name, ...rest] = context.args;
    if (name === undefined || rest.length > 0) throw new KubectlError('exactly one NAME is required', { usage: true });
    const cluster = await clusterNamed(context, name);
    const target = cluster.context;
    if (target === undefined) throw new KubectlError(`no context leads to the cluster ${JSON.stringify(name)}`);
    await editConfig(context, (config) => {
      config.currentContext = target;
    });
    context.out(`Switched to context "${target}".`);
    return 0;
  },
});
