// `exec`: a command in a container of a Pod.
import { containerOf } from '../containers.ts';
import { podOf, targetOf } from '../pod-of.ts';
import { copyStreams } from '../streams.ts';
import { terminalInput } from '../terminal-input.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

export const exec = defineVerb({
  short: 'Run a command in a container',
  examples: [
    { about: 'One command', command: 'kubectl exec web -- date' },
    { about: 'In a container that is not the first', command: 'kubectl exec web -c sidecar -- cat /var/log/app.log' },
    { about: 'A shell', command: 'kubectl exec -it web -- sh' },
  ],
  flags: {
    container: 'The container; the first one when it is left out.',
    stdin: 'Pass standard input to the container.',
    tty: 'Standard input is a terminal.',
    quiet: 'Only print what the command prints.',
    'pod-running-timeout': 'How long to wait until at least one Pod runs.',
  },
  async run(context) {
    const { word, command } = await targetAndCommand(context);
    const { flags } = context;
    const pod = await podOf(context, await targetOf(context, word), flags.duration('pod-running-timeout'));
    const { name = '', namespace = '' } = pod.metadata ?? {};
    const { phase } = pod.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed') {
      throw new KubectlError(`cannot exec into a container in a completed pod; current phase is ${phase}`);
    }
    const container = containerOf(context, pod, flags.string('container'), flags.bool('quiet'));
    const tty = flags.bool('tty') && context.terminal.stdin;
    if (flags.bool('tty') && !context.terminal.stdin && flags.bool('stdin')) {
      context.err('Unable to use a TTY - input is not a terminal or the right kind of file');
    }
    const stdin = flags.bool('stdin');
    const input = stdin ? terminalInput(context, tty) : undefined;
    const request = {
      method: 'POST' as const,
      path: `/api/v1/namespaces/${namespace}/pods/${name}/exec`,
      query: {
        command: [...command],
        container,
        stdin: stdin ? 'true' : undefined,
        stdout: 'true',
        stderr: tty ? undefined : 'true',
        tty: tty ? 'true' : undefined,
      },
      ...(input ? { stdin: input.chunks } : {}),
    };
    try {
      return await copyStreams(context, await context.client.request(request));
    } finally {
      input?.end();
    }
  },
});

async function targetAndCommand(context: VerbContext): Promise<{ word: string; command: readonly string[] }> {
  const { args, argsAfterDash, flags } = context;
  const before = args.length - (argsAfterDash?.length ?? 0);
  const usesFile = flags.list('filename').length > 0;
  if (!usesFile && (args.length === 0 || before === 0)) throw new KubectlError('pod, type/name or --filename must be specified');
  if (argsAfterDash === undefined && args.length > (usesFile ? 0 : 1)) {
    throw new KubectlError('exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead', { usage: true });
  }
  if (usesFile) {
    const [info] = await context.builder().infos({ files: true, enforceNamespace: true });
    if (!info) throw new KubectlError('pod, type/name or --filename must be specified');
    return { word: `${info.mapping.resource}/${info.name}`, command: commandOf(argsAfterDash) };
  }
  return { word: args[0] ?? '', command: commandOf(argsAfterDash) };
}

function commandOf(words: readonly string[] | undefined): readonly string[] {
  if (!words || words.length === 0) throw new KubectlError('you must specify at least one command for the container');
  return words;
}
