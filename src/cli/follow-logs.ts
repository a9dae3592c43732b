// `logs -f`: looks, lets time pass, looks again, until the containers have ended. No lock is held between looks.
import type { V1Pod } from '../api/generated/types.ts';
import { isNotFound, StatusError } from '../machinery/status.ts';
import { messageOf } from './errors.ts';
import { type LogSource, readLog, writeLines } from './read-log.ts';
import { getObject } from './rest.ts';
import type { VerbContext } from './verb.ts';

type Query = Readonly<Record<string, string | undefined>>;

interface Followed {
  source: LogSource;
  /** What the whole log began with when it was last read. */
  read: string | undefined;
  instance: string | undefined;
  done: boolean;
}

export async function followLogs(context: VerbContext, sources: readonly LogSource[], query: Query, prefix: boolean): Promise<number> {
  const patience = context.flags.duration('pod-running-timeout');
  const followed: Followed[] = sources.map((source) => ({ source, read: undefined, instance: undefined, done: false }));
  let waiting: number | undefined;
  for (;;) {
    for (const one of followed) {
      if (one.done) continue;
      try {
        await step(context, one, query, prefix);
      } catch (error) {
        if (!(error instanceof StatusError) || one.read !== undefined) throw error;
        // The container is still being made: kubectl says so, and tries again.
        waiting ??= context.now();
        if (context.now() - waiting >= patience) throw error;
        context.err(messageOf(error));
      }
    }
    if (followed.every(({ done }) => done)) return 0;
    // At clock max time stands still for who waits without a limit; a log is followed second by second.
    await context.pass(1000);
  }
}

async function step(context: VerbContext, one: Followed, query: Query, prefix: boolean): Promise<void> {
  const { source } = one;
  const state = await stateOf(context, source);
  if (one.instance !== undefined && state.instance !== one.instance) {
    one.done = true;
    return;
  }
  // The first look honours --tail and --since; later ones print what is longer than before.
  const { tailLines: _tail, sinceSeconds: _since, sinceTime: _time, limitBytes: _limit, ...whole } = query;
  const text = await readLog(context, source, whole);
  if (one.read === undefined) writeLines(context, await readLog(context, source, query), prefix ? source.label : '');
  else writeLines(context, text.slice(one.read.length), prefix ? source.label : '');
  one.read = text;
  one.instance = state.instance;
  one.done = state.ended;
}

async function stateOf(context: VerbContext, { namespace, pod, container }: LogSource): Promise<{ ended: boolean; instance: string }> {
  try {
    const { status } = (await getObject(context, await context.mapper.byResource('pods'), namespace, pod)) as unknown as V1Pod;
    const all = [
      ...(status?.initContainerStatuses ?? []),
      ...(status?.containerStatuses ?? []),
      ...(status?.ephemeralContainerStatuses ?? []),
    ];
    const found = all.find(({ name }) => name === container);
    return {
      ended: found?.state?.terminated !== undefined || found?.state?.waiting?.reason === 'CrashLoopBackOff',
      instance: found?.containerID ?? '',
    };
  } catch (error) {
    if (isNotFound(error)) return { ended: true, instance: 'gone' };
    throw error;
  }
}
