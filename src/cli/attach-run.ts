// What `run --attach` and `run -i` show of their Pod, until it ends.
import type { V1Pod } from '../api/generated/types.ts';
import { StatusError } from '../machinery/status.ts';
import { pollUntil } from './poll.ts';
import { readLog } from './read-log.ts';
import { getObject } from './rest.ts';
import { copyStreams } from './streams.ts';
import { terminalInput } from './terminal-input.ts';
import { KubectlError, type VerbContext } from './verb.ts';

/** Returns the exit code of the container, where the restart policy lets it end. */
export async function attachToRun(context: VerbContext, name: string): Promise<number> {
  const { flags } = context;
  const timeout = flags.duration('pod-running-timeout');
  let pod = await look(context, name);
  await pollUntil(context, timeout, async () => {
    pod = await look(context, name);
    return ended(pod) || pod.status?.containerStatuses?.[0]?.state?.running !== undefined;
  });
  const source = { namespace: context.namespace, pod: name, container: pod.spec?.containers[0]?.name ?? name, label: '' };
  if (ended(pod)) context.write(await readLog(context, source, {}));
  else if (pod.status?.containerStatuses?.[0]?.state?.running === undefined) throw new KubectlError('timed out waiting for the condition');
  else await attach(context, name, pod);

  const restart = pod.spec?.restartPolicy;
  if (restart === 'Always' || flags.bool('leave-stdin-open')) return 0;
  const done = await pollUntil(context, timeout, async () => {
    pod = await look(context, name);
    return pod.status?.phase === 'Succeeded' || (restart === 'Never' && pod.status?.phase === 'Failed');
  });
  if (!done) throw new KubectlError('timed out waiting for the condition');
  return exitCodeOf(pod);
}

async function look(context: VerbContext, name: string): Promise<V1Pod> {
  return (await getObject(context, await context.mapper.byResource('pods'), context.namespace, name)) as unknown as V1Pod;
}

const ended = ({ status }: V1Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

async function attach(context: VerbContext, name: string, pod: V1Pod): Promise<void> {
  const { flags } = context;
  const container = pod.spec?.containers[0]?.name ?? name;
  if (!flags.bool('quiet')) {
    if (flags.bool('stdin')) {
      context.err(
        'All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.',
      );
    }
    context.err("If you don't see a command prompt, try pressing enter.");
  }
  const stdin = flags.bool('stdin');
  const input = stdin ? terminalInput(context, flags.bool('tty')) : undefined;
  try {
    const response = await context.client.request({
      method: 'POST',
      path: `/api/v1/namespaces/${context.namespace}/pods/${name}/attach`,
      query: { container, stdin: stdin ? 'true' : undefined, stdout: 'true', stderr: 'true', tty: flags.bool('tty') ? 'true' : undefined },
      ...(input ? { stdin: input.chunks } : {}),
    });
    await copyStreams(context, response, { quietExit: true });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    context.err(`warning: couldn't attach to pod/${name}, falling back to streaming logs: ${error.message}`);
    const { followLogs } = await import('./follow-logs.ts');
    await followLogs(context, [{ namespace: context.namespace, pod: name, container, label: '' }], {}, false);
  } finally {
    input?.end();
  }
}

function exitCodeOf({ metadata, status }: V1Pod): number {
  if (status?.phase === 'Succeeded') return 0;
  const where = `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
  const terminated = status?.containerStatuses?.[0]?.state?.terminated;
  if (!terminated?.exitCode) throw new KubectlError(`pod ${where} failed with unknown exit code`);
  throw new KubectlError(`pod ${where} terminated (${terminated.reason ?? ''})${terminated.message ? `\n${terminated.message}` : ''}`, {
    bare: true,
    exitCode: terminated.exitCode,
  });
}
