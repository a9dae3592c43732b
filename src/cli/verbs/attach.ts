// `attach`: the streams of a container that runs.
import { attachTo } from '../attach-to.ts';
import { containerOf } from '../containers.ts';
import { podOf, targetOf } from '../pod-of.ts';
import { defineVerb, KubectlError } from '../verb.ts';

export const attach = defineVerb({
  short: 'Connect to a container that runs',
  examples: [
    { about: 'Its output from now on', command: 'kubectl attach web' },
    { about: 'Its terminal', command: 'kubectl attach web -c shell -it' },
  ],
  flags: {
    container: 'The container; the first one when it is left out.',
    stdin: 'Pass standard input to the container.',
    tty: 'Standard input is a terminal.',
    quiet: 'Only print what the container prints.',
    'pod-running-timeout': 'How long to wait until at least one Pod runs.',
  },
  async run(context) {
    const { args, flags } = context;
    const [word] = args;
    if (word === undefined) throw new KubectlError('at least 1 argument is required for attach');
    if (args.length > 2)
      throw new KubectlError('expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ' + `${args.length}: [${args.join(' ')}]`);
    const pod = await podOf(
      context,
      await targetOf(context, args.length === 2 ? args.join('/') : word),
      flags.duration('pod-running-timeout'),
    );
    const { phase } = pod.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed')
      throw new KubectlError(`cannot attach a container in a completed pod; current phase is ${phase}`);
    return attachTo(context, pod, containerOf(context, pod, flags.string('container'), flags.bool('quiet')));
  },
});
