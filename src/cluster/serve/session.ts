// A session with a cluster that `kubemu serve` holds: the same to a verb as one of its own. The server commits before it answers, and a
// command's second at clock `max` passes when it begins.
import { createClient } from '../../client/rest.ts';
import { connectSocket, ServerGone, type SocketTransport } from '../../client/socket.ts';
import { type Operation, WIRE_VERSION } from '../../client/socket-wire.ts';
import { wallNow, wallSleep } from '../../machinery/clock.ts';
import type { ApiHandler } from '../../machinery/http.ts';
import { StatusError } from '../../machinery/status.ts';
import type { ClusterClock } from '../clock.ts';
import type { Cluster } from '../cluster.ts';
import type { Session, SessionOptions } from '../session.ts';

/** How long a server may take to begin or to end, in wall-clock milliseconds. */
const PATIENCE = 10_000;
const POLL = 20;
let opened = 0;

/** Undefined when nobody serves the cluster any more. `servedAt` looks where the server is now. */
export async function openServedSession(options: SessionOptions, servedAt: () => string | undefined): Promise<Session | undefined> {
  const start = wallNow();
  const { beforeWait, env } = options;
  const speed = env.KUBEMU_SPEED ? Number(env.KUBEMU_SPEED) : undefined;
  if (speed !== undefined && !(speed > 0)) throw new Error(`KUBEMU_SPEED must be a positive number, not ${env.KUBEMU_SPEED}`);
  for (;;) {
    const path = servedAt();
    if (path === undefined) return undefined;
    const session = `${process.pid}-${start}-${opened++}`;
    const transport = connectSocket({ path, session, ...(beforeWait ? { beforeWait } : {}) });
    try {
      await transport.operate({
        name: 'begin',
        version: WIRE_VERSION,
        ...(speed === undefined ? {} : { speed }),
        ...(options.command ? { line: options.command } : {}),
      });
      return sessionOver(transport, options);
    } catch (error) {
      transport.close();
      const isEnding = error instanceof StatusError && error.code === 503;
      if (!isEnding && !(error instanceof ServerGone)) throw error;
      if (wallNow() - start >= PATIENCE) {
        throw new Error(`kubemu serve holds the cluster in ${options.stateFile}, but does not answer at ${path}`);
      }
      await wallSleep(POLL);
    }
  }
}

function sessionOver(transport: SocketTransport, options: SessionOptions): Session {
  /** What the clock was told and the server was not yet. */
  const untold: Operation[] = [];
  const handle: ApiHandler = (request) => transport.handle(request);
  const settle = async (): Promise<void> => {
    for (let next = untold.shift(); next; next = untold.shift()) await transport.operate(next);
  };
  return {
    client: createClient({ handle: options.observe?.(handle) ?? handle }, options.credentials, options.userAgent),
    now: () => transport.last.now,
    cluster: remoteCluster(transport, untold),
    lock: async () => undefined,
    settle,
    async pass(limit) {
      await settle();
      options.beforeWait?.();
      await transport.operate({ name: 'pass', ...(limit === undefined ? {} : { limit }) });
    },
    async close() {
      try {
        await settle();
      } finally {
        transport.close();
      }
    },
  };
}

/** Its clock, and nothing else of it. */
function remoteCluster(transport: SocketTransport, untold: Operation[]): Cluster {
  let state = { mode: 'real' as 'real' | 'max', speed: 1, ...transport.last.clock };
  const clock = partOf<ClusterClock>('clock', {
    get state() {
      return { ...state, now: transport.last.now, anchor: { wall: 0, virtual: 0 } };
    },
    now: () => transport.last.now,
    configure(change) {
      if (Object.keys(change).length === 0) return;
      state = { ...state, ...change };
      untold.push({ name: 'clock', change });
    },
  });
  return partOf<Cluster>('cluster', {
    clock,
    async advance(to) {
      await transport.operate({ name: 'advance', to });
    },
  });
}

/** What is not there cannot be had while somebody else holds the cluster. */
const partOf = <T extends object>(name: string, part: Partial<T>): T =>
  new Proxy(part, {
    get(target, member) {
      if (!(member in target)) {
        throw new Error(`this command works on the cluster's file (${name}.${String(member)}), which kubemu serve holds: end it first`);
      }
      return target[member as keyof T];
    },
  }) as T;
