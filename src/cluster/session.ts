// The composition root as a command sees it: an open cluster, its clock, and a client. See ARCHITECTURE.md, "One command".
import type { Client } from '../client/client.ts';
import { createClient } from '../client/rest.ts';
import { type Duration, hours, type Instant, minutes, rfc3339, seconds, wallNow, wallSleep } from '../machinery/clock.ts';
import type { ApiHandler, ApiRequest, Credentials } from '../machinery/http.ts';
import type { WakeUpClass } from '../machinery/loop.ts';
import { StateFileError } from '../state/errors.ts';
import { openStateFile, type StateFile } from '../state/file.ts';
import type { CommandMark } from '../state/format.ts';
import { acquireLock, type Lock, lockOwner, tryLock } from '../state/lock.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { currentKeyspace } from './current-keyspace.ts';

export interface SessionOptions {
  /** Path of the cluster's JSON file; created with the default cluster when it does not exist. */
  stateFile: string;
  credentials: Credentials;
  /** `kubectl/v1.36.0` */
  userAgent: string;
  /** `KUBEMU_CLOCK`, `KUBEMU_SEED`, `KUBEMU_EPOCH` shape a new cluster; `KUBEMU_SPEED` any. */
  env: Readonly<Record<string, string | undefined>>;
  /** Something that should never happen, for stderr. */
  report(problem: string): void;
  /** Called before every wait, when all that was promised is durable: lets output go. */
  beforeWait?(): void;
  /** Stands between the command and the API server, for who wants to see its requests. */
  observe?: ((handle: ApiHandler) => ApiHandler) | undefined;
  /** The command line, for `kubemu cluster undo`; nothing that it does can be undone without it. */
  command?: string;
}

/** An open cluster. Changes become durable with `settle`, `pass` and `close`. */
export interface Session {
  client: Client;
  now(): Instant;
  /** Lets virtual time pass until something may have changed, at most `limit`; durable before it waits. */
  pass(limit?: Duration): Promise<void>;
  /** Commits what was changed. Its consequences may be left to whoever comes next. */
  settle(): Promise<void>;
  /** `settle`, then gives back the lock. */
  close(): Promise<void>;
  /** The cluster behind it, for `kubemu clock` and the like. */
  cluster: Cluster;
  /** Takes the writer's lock, looking again at what others wrote in between. */
  lock(): Promise<void>;
}

/** How often a waiting command looks at the file, in wall-clock milliseconds. */
const POLL = 100;
/** More changes than this are not left to the next command: the history window must not lose them. */
const BACKLOG = 300;
/** Nobody stays away from a cluster for longer than this: the computer's clock is wrong. */
const LONGEST_ABSENCE = hours(24 * 365 * 10);
/** A stream that would wait longer than this waits for whatever comes. */
const FOREVER = minutes(20);
/** What moves on without anybody's doing; the rest of time stands still at clock `max` while nobody limits the wait. */
const LIVELY: readonly WakeUpClass[] = ['progress', 'process'];

export async function openSession(options: SessionOptions): Promise<Session> {
  if (servedAt(options.stateFile)) {
    const { openServedSession } = await import('./serve/session.ts');
    const served = await openServedSession(options, () => servedAt(options.stateFile));
    if (served) return served;
  }
  return openFile(options);
}

/** The socket of who holds the cluster in memory, if anybody does. */
function servedAt(stateFile: string): string | undefined {
  try {
    return lockOwner(stateFile)?.socket;
  } catch (error) {
    if (error instanceof StateFileError) return undefined; // somebody else's, or no lock: to be read as a file
    throw error;
  }
}

async function openFile(options: SessionOptions): Promise<Session> {
  const { stateFile, env } = options;
  let lock: Lock | undefined;
  const open = (): StateFile => openStateFile(stateFile, { onDamage: ({ message }) => options.report(message) });
  let file = open();
  if (file.isNew) {
    lock = await acquireLock(stateFile);
    file = open(); // somebody may have made it while we waited
    if (file.isNew) {
      const { populate, specFromEnv } = await import('./clusters.ts');
      await populate(file, specFromEnv(env));
      await file.compact(); // nobody has seen its making
    }
    lock.release();
    lock = undefined;
  }
  if (file.warning) options.report(file.warning.message);
  const keyspace = currentKeyspace(file.keyspace);
  const cluster = openCluster({
    keyspace,
    pass: (limit) => pass(limit !== undefined && limit > FOREVER ? undefined : limit),
    report: options.report,
  });
  if (env.KUBEMU_SPEED) cluster.clock.configure({ speed: speedOf(env.KUBEMU_SPEED) }, wallNow());

  /** What this command is called in the file, once it has changed something. */
  let mark: CommandMark | undefined;
  let hasWritten = false;

  await catchUp();
  /** Without a limit, waiting at clock `max` follows processes this far; then it watches what other commands do. */
  const patience = cluster.clock.now() + minutes(10);

  const handle: ApiHandler = async (request) => {
    if (changes(request)) await takeLock();
    const { dialer } = cluster.parts;
    const connection = await dialer.connect('outside', apiAddress(cluster), 6443);
    if (!connection.api) throw new Error('what listens on port 6443 of the control plane is no API server');
    const { revision } = keyspace;
    const response = await connection.api({ ...request, managedFields: true });
    if (lock && (keyspace.revision !== revision || isStream(request.path))) hasWritten = true;
    return response;
  };
  const client = createClient({ handle: options.observe?.(handle) ?? handle }, options.credentials, options.userAgent);

  return {
    client,
    cluster,
    now: () => cluster.clock.now(),
    pass,
    async lock() {
      await takeLock();
      hasWritten = true;
    },
    async settle() {
      if (cluster.backlog > BACKLOG) await cluster.drain();
      await keep();
    },
    async close() {
      try {
        if (cluster.backlog > BACKLOG) await cluster.drain();
        await keep();
      } finally {
        lock?.release();
        lock = undefined;
        await file.close();
      }
    },
  };

  /** Moves the clock to now, and lets happen what is due. */
  async function catchUp(): Promise<void> {
    const { clock } = cluster;
    if (clock.state.mode === 'max') {
      await cluster.advance(clock.now() + seconds(1));
      await cluster.settle();
      clock.save();
      return;
    }
    const target = clock.target(wallNow());
    if (target - clock.now() > LONGEST_ABSENCE) throw new Error(tooFarAhead(clock.now(), wallNow()));
    const quiet = cluster.isQuiet(target);
    await cluster.advance(target);
    if (!quiet) clock.save();
  }

  /** Makes changes durable: with the lock always, without it if nobody else is writing; otherwise they were only a preview. */
  async function keep(): Promise<void> {
    if (!keyspace.dirty) return;
    if (lock) {
      cluster.clock.save();
      if (hasWritten && options.command) mark ??= { number: file.commands + 1, line: options.command };
      await file.commit(mark);
      return;
    }
    const brief = tryLockIfWritable(stateFile);
    if (!brief) return;
    try {
      if (!file.changedOutside()) await file.commit();
    } catch (error) {
      if (hasWritten || !(error instanceof StateFileError)) throw error; // otherwise it was a preview, too
    } finally {
      brief.release();
    }
  }

  /** Reads what others have committed; what this command only previewed is forgotten. */
  function lookAgain(): boolean {
    if (!file.changedOutside()) return false;
    void file.close();
    file = open();
    if (file.warning) options.report(file.warning.message);
    keyspace.exchange(file.keyspace);
    cluster.reloaded();
    return true;
  }

  async function takeLock(): Promise<void> {
    if (lock) return;
    lock = await acquireLock(stateFile);
    // At clock `max` this command's second has passed already, unless others have moved the clock meanwhile.
    if (lookAgain() || cluster.clock.state.mode === 'real') await catchUp();
  }

  async function pass(limit?: Duration): Promise<void> {
    await keep();
    options.beforeWait?.();
    const held = lock !== undefined;
    lock?.release();
    lock = undefined;
    const { clock } = cluster;
    if (clock.state.mode === 'max') {
      const next = cluster.isQuiet(clock.now()) ? cluster.nextWakeUp(limit === undefined ? LIVELY : undefined) : clock.now();
      const end = limit === undefined ? patience : clock.now() + limit;
      if (next !== undefined && next <= end) await cluster.advance(next);
      else if (limit !== undefined) await cluster.advance(end);
      else await wallSleep(POLL);
    } else {
      const { speed } = clock.state;
      const next = cluster.nextWakeUp();
      const untilNext = next === undefined ? POLL : Math.max(1, (next - clock.now()) / speed);
      await wallSleep(Math.min(POLL, untilNext, limit === undefined ? POLL : Math.max(1, limit / speed)));
    }
    lookAgain();
    if (clock.state.mode === 'real') await catchUp();
    if (held) await takeLock();
    else await keep();
  }
}

/** In a home that cannot be written, whatever time has brought is only a preview. */
function tryLockIfWritable(stateFile: string): Lock | undefined {
  try {
    return tryLock(stateFile);
  } catch (error) {
    if (error instanceof StateFileError) return undefined;
    throw error;
  }
}

function tooFarAhead(now: Instant, wall: Instant): string {
  return `this computer's clock says ${rfc3339(wall)}, years after the cluster's ${rfc3339(now)}: set it right, or start over with kubemu cluster reset`;
}

/** The control plane's address: where the kubeconfig's server leads. */
function apiAddress(cluster: Cluster): string {
  return cluster.facts.nodes.find(({ role }) => role === 'control-plane')?.ip ?? '';
}

/** Requests that may change the cluster. An exec runs a process and a proxied request reaches one, so they do too, whatever their method. */
function changes(request: Omit<ApiRequest, 'credentials'>): boolean {
  if (isStream(request.path) || /\/proxy(\/|$)/.test(request.path)) return true;
  return request.method !== 'GET' && request.query?.dryRun === undefined;
}

const isStream = (path: string): boolean => /\/(exec|attach|portforward)$/.test(path);

function speedOf(text: string): number {
  const speed = Number(text);
  if (!(speed > 0)) throw new Error(`KUBEMU_SPEED must be a positive number, not ${text}`);
  return speed;
}
