// The streams of a container's own process, for attach and debug.
import type { V1Pod } from '../api/generated/types.ts';
import { copyStreams } from './streams.ts';
import { terminalInput } from './terminal-input.ts';
import type { VerbContext } from './verb.ts';

const RECORDED =
  'All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.';

export async function attachTo(context: VerbContext, pod: V1Pod, container: string): Promise<number> {
  const { flags } = context;
  const { name = '', namespace = '' } = pod.metadata ?? {};
  const stdin = flags.bool('stdin');
  const tty = flags.bool('tty') && context.terminal.stdin;
  if (flags.bool('tty') && !context.terminal.stdin && stdin) {
    context.err('Unable to use a TTY - input is not a terminal or the right kind of file');
  }
  if (!flags.bool('quiet') && (stdin || tty)) {
    context.err(RECORDED);
    context.err("If you don't see a command prompt, try pressing enter.");
  }
  const input = stdin ? terminalInput(context, tty) : undefined;
  try {
    const response = await context.client.request({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/pods/${name}/attach`,
      query: {
        container,
        stdin: stdin ? 'true' : undefined,
        stdout: 'true',
        stderr: tty ? undefined : 'true',
        tty: tty ? 'true' : undefined,
      },
      ...(input ? { stdin: input.chunks } : {}),
    });
    return await copyStreams(context, response, { quietExit: true });
  } finally {
    input?.end();
  }
}
