// A cluster that stays open: requests take turns at it, time goes on between them, and what they changed is durable before they are
// told so. Watches and streams give their turn away while they wait.
import type { ApiServerOptions } from '../../apiserver/context.ts';
import { type Duration, minutes, seconds, wallAlarm, wallNow, wallSleep } from '../../machinery/clock.ts';
import type { ApiRequest, ApiResponse } from '../../machinery/http.ts';
import type { WakeUpClass } from '../../machinery/loop.ts';
import { failure } from '../../machinery/status.ts';
import type { StateFile } from '../../state/file.ts';
import type { Lock } from '../../state/lock.ts';
import { type Cluster, openCluster } from '../cluster.ts';
import { type Components, lookAtLeases, startComponents, startStoppedKubelets } from '../components.ts';
import { type Caller, type Command, callerOf, changes, type Origin, type OwnCommand, type Waiter } from './caller.ts';
import { Commits } from './commits.ts';
import { ServerFlagError } from './flag-error.ts';
import { Share } from './share.ts';
import { Gone, inputInTurns, inTurns, type StreamHost } from './streams.ts';
import { Turns } from './turns.ts';

export interface ServedOptions {
  stateFile: string;
  /** Unix socket where it will answer; named in the lock. */
  socket: string;
  env: Readonly<Record<string, string | undefined>>;
  /** What kube-apiserver was started with. */
  apiserverOptions?: Partial<ApiServerOptions> | undefined;
  /** What runs; everything that ran before when absent. */
  components?: Components | undefined;
  /** Addresses of Services of a cluster that is yet to be made; that of one which exists must be this. */
  serviceCIDR?: string | undefined;
  /** Something that should never happen. */
  report(problem: string): void;
}

export interface ServedCluster {
  readonly cluster: Cluster;
  /** Throws DialError when no API server runs. Ending an iterator of the answer ends what it waits for. */
  handle(request: ApiRequest, origin?: Origin): Promise<ApiResponse>;
  /** A command line of our own begins: it names itself in its requests. */
  begin(session: string, line?: string): Promise<void>;
  end(session: string): void;
  /** Lets time pass for such a command, until something may have changed, at most `limit`; durable when it resolves. */
  pass(session: string, limit: Duration | undefined, signal: AbortSignal): Promise<void>;
  /** Changes the state outside of any request; durable when it resolves. */
  change<T>(work: () => T | Promise<T>): Promise<T>;
  /** Ends all streams, lets requests under way finish, commits, and gives the lock back. */
  close(): Promise<void>;
}

/** At clock `max` no command skips more than this: less than what its watches last, and less than what a rollout may take. */
const MOST_SKIPPED = minutes(5);
/** Pace of streams that wait at clock `max` without anything due. */
const POLL = 100;
/** How long a command line of ours waits before it looks again by itself, in wall-clock milliseconds. */
const LOOK = 1000;
/** As in a session without `serve`. */
const OWN_PATIENCE = minutes(10);
const FOREVER = minutes(20);
const LIVELY: readonly WakeUpClass[] = ['progress', 'process'];

export class Served implements ServedCluster {
  readonly cluster: Cluster;
  readonly #turns = new Turns();
  readonly #share = new Share(() => this.#turns.wanted || this.#underWay > 1);
  readonly #waiters = new Set<Waiter>();
  readonly #callers = new Set<Caller>();
  readonly #commands = new Map<string, Command>();
  readonly #stop = new AbortController();
  readonly #commits: Commits;
  readonly #streams: StreamHost = {
    turn: (caller, work) => this.#turn(caller, work),
    take: (caller) => this.#take(caller),
    give: () => this.#give(),
    durable: () => this.#commits.durable(),
    leave: (caller) => this.#leave(caller),
    wake: (caller) => this.#wake(caller),
    report: (error) => this.#report(error),
    callers: this.#callers,
  };
  #current: Caller | undefined;
  #stirs = 0;
  #marks = 0;
  #alarm: { at: number; cancel(): void } | undefined;
  #underWay = 0;

  constructor(
    readonly options: ServedOptions,
    readonly lock: Lock,
    readonly file: StateFile,
  ) {
    this.cluster = openCluster({
      keyspace: file.keyspace,
      pass: (limit) => this.#passIn(limit),
      report: options.report,
      apiserverOptions: options.apiserverOptions,
      components: options.components,
    });
    const { serviceCIDR } = this.cluster.facts;
    if (options.serviceCIDR && options.serviceCIDR !== serviceCIDR) {
      throw new ServerFlagError(
        `the cluster was made with --service-cluster-ip-range=${serviceCIDR}, and only a new one can have ${options.serviceCIDR}`,
      );
    }
    if (options.components) startComponents(this.cluster.parts, options.components);
    else startStoppedKubelets(this.cluster.parts);
    this.#commits = new Commits({
      file,
      lock,
      signal: this.#stop.signal,
      save: () => this.cluster.clock.save(),
      report: (error) => this.#report(error),
      between: async (work) => {
        await this.#turns.take();
        try {
          await work();
        } finally {
          this.#give();
        }
      },
    });
    this.cluster.clock.configure({}, wallNow()); // a real clock that is ahead of the wall does not wait for it
    this.#tick();
  }

  async handle(request: ApiRequest, origin: Origin = {}): Promise<ApiResponse> {
    if (this.#stop.signal.aborted) throw failure(503, 'ServiceUnavailable', 'the server is shutting down');
    this.#underWay++;
    try {
      const caller = callerOf(request, origin, await this.#commandOf(origin));
      const response = await this.#turn(caller, async () => {
        const apiserver = await this.cluster.apiserver();
        if (changes(request)) this.cluster.disturbed();
        const { stdin } = request;
        const { revision } = this.file.keyspace;
        const answer = await apiserver(stdin ? { ...request, stdin: inputInTurns(this.#streams, stdin, caller) } : request);
        if (changes(request)) {
          this.#stirs++;
          const { own } = caller.command;
          if (own) {
            own.holds = this.#isMax;
            if (this.file.keyspace.revision !== revision || answer.stream) this.#mark(own);
          } else if (this.#isMax) await this.cluster.settle();
        }
        this.#told(caller);
        return answer;
      });
      if (changes(request)) await this.#commits.durable(caller.command.own?.mark);
      return this.#present(response, caller);
    } finally {
      this.#underWay--;
    }
  }

  async begin(session: string, line?: string): Promise<void> {
    if (this.#stop.signal.aborted) throw failure(503, 'ServiceUnavailable', 'the server is shutting down');
    const { own } = await this.#commandOf({ session, isOwn: true });
    if (own) own.line = line;
  }

  end(session: string): void {
    const own = this.#commands.get(session)?.own;
    if (!own) return;
    own.holds = false;
    if (this.#turns.free) this.#idle();
  }

  async pass(session: string, limit: Duration | undefined, signal: AbortSignal): Promise<void> {
    const command = await this.#commandOf({ session, isOwn: true });
    const caller: Caller = { isWatch: false, patience: 'none', gone: false, command };
    const leave = (): void => this.#leave(caller);
    signal.addEventListener('abort', leave, { once: true });
    this.#callers.add(caller);
    try {
      await this.#turn(caller, async () => {
        if (this.#isMax) await this.#pass(limit);
        else if (!this.#hasNews(caller)) await this.#pass(Math.min(limit ?? FOREVER, LOOK * this.cluster.clock.state.speed));
        this.#told(caller);
      });
      await this.#commits.durable();
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
    } finally {
      this.#callers.delete(caller);
      signal.removeEventListener('abort', leave);
    }
  }

  async change<T>(work: () => T | Promise<T>): Promise<T> {
    const result = await this.#turn(undefined, async () => work());
    await this.#commits.commit();
    return result;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#alarm?.cancel();
    for (const caller of this.#callers) this.#leave(caller);
    try {
      while (this.#underWay > 0 || !this.#turns.free || this.#commits.waiting) await wallSleep(2);
      startStoppedKubelets(this.cluster.parts);
      if (this.options.components) lookAtLeases(this.cluster.parts);
      this.cluster.clock.save();
      await this.file.commit();
    } finally {
      await this.file.close();
      this.lock.release();
    }
  }

  get #isMax(): boolean {
    return this.cluster.clock.state.mode === 'max';
  }

  /** A command of kubectl names itself in all its requests; any other request counts as a command of its own. */
  async #commandOf({ session, isOwn }: Origin): Promise<Command> {
    const known = session === undefined ? undefined : this.#commands.get(session);
    if (known) return known;
    const command: Command = { skipped: 0 };
    if (session !== undefined) this.#commands.set(session, command);
    if (this.#commands.size > 1000) this.#commands.delete(this.#commands.keys().next().value as string);
    if (this.#isMax) {
      await this.#turn(undefined, async () => {
        await this.cluster.advance(this.cluster.clock.now() + seconds(1));
        await this.cluster.settle();
      });
    }
    if (isOwn) command.own = { line: undefined, holds: false, patience: this.cluster.clock.now() + OWN_PATIENCE, revision: 0, stirs: 0 };
    return command;
  }

  #mark(own: OwnCommand): void {
    if (own.mark || own.line === undefined) return;
    this.#marks = Math.max(this.#marks, this.file.commands) + 1;
    own.mark = { number: this.#marks, line: own.line };
  }

  /** Something has changed since this command line last looked. */
  #hasNews({ command: { own } }: Caller): boolean {
    return own !== undefined && (own.revision !== this.file.keyspace.revision || own.stirs !== this.#stirs);
  }

  #told({ command: { own } }: Caller): void {
    if (own) Object.assign(own, { revision: this.file.keyspace.revision, stirs: this.#stirs });
  }

  async #turn<T>(caller: Caller | undefined, work: () => Promise<T>): Promise<T> {
    await this.#take(caller);
    try {
      return await work();
    } finally {
      this.#give();
    }
  }

  /** A turn of nobody's: time goes on. */
  #tick(work: () => Promise<void> = async () => undefined): void {
    void this.#turn(undefined, work).catch((error: unknown) => this.#report(error));
  }

  #report(error: unknown): void {
    this.options.report(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }

  async #take(caller: Caller | undefined): Promise<void> {
    await this.#turns.take();
    this.#current = caller;
    if (this.#isMax && caller?.command.own) return; // its time passes when it begins and when it waits
    if (!this.#isMax && this.#share.rest > 0) return;
    const { cluster } = this;
    const to = cluster.clock.target(wallNow());
    try {
      if (!cluster.isQuiet(to)) this.#stirs++;
      await (this.#isMax ? cluster.advance(to) : this.#share.use((pause) => cluster.advance(to, pause)));
    } catch (error) {
      this.#report(error);
    }
  }

  #give(): void {
    this.#current = undefined;
    const { revision, dirty } = this.file.keyspace;
    const now = this.cluster.clock.now();
    for (const waiter of [...this.#waiters]) {
      const stirred = waiter.revision !== revision || (!waiter.caller.isWatch && waiter.stirs !== this.#stirs);
      if (stirred || waiter.caller.gone || (waiter.end !== undefined && now >= waiter.end)) waiter.wake();
    }
    if (dirty) this.#commits.lazily();
    this.#turns.give();
    if (this.#turns.free) this.#idle();
  }

  /** A stream of our own command line that would wait longer than anybody waits for whatever comes. */
  #passIn(limit?: Duration): Promise<void> {
    return this.#pass(this.#current?.command.own && limit !== undefined && limit > FOREVER ? undefined : limit);
  }

  /** Lets others go on until something may have changed. Called by whoever has the turn; has it again when it resolves. */
  async #pass(limit?: Duration): Promise<void> {
    const caller = this.#current;
    if (!caller) throw new Error('only requests may wait');
    const { clock } = this.cluster;
    const { own } = caller.command;
    if (own && this.#isMax && (await this.#moveFor(own, limit))) {
      this.#give();
      await this.#pause(caller);
      await this.#take(caller);
      if (caller.gone) throw new Gone();
      return;
    }
    const waiter: Waiter = {
      caller,
      revision: this.file.keyspace.revision,
      stirs: this.#stirs,
      end: limit === undefined ? undefined : clock.now() + limit,
      wake: () => undefined,
    };
    const woken = new Promise<void>((resolve) => {
      waiter.wake = () => {
        this.#waiters.delete(waiter);
        resolve();
      };
    });
    this.#waiters.add(waiter);
    this.#give();
    if (caller.gone) waiter.wake();
    const bored = own ? this.#wakeSoon(waiter) : this.#isMax && limit !== undefined ? this.#endIfBored(waiter, limit) : undefined;
    await woken;
    bored?.abort();
    await this.#take(caller);
    if (caller.gone) throw new Gone();
  }

  /** At clock `max`: moves to what a command line of ours waits for, as it would itself; false when that is others' doing. */
  async #moveFor(own: OwnCommand, limit: Duration | undefined): Promise<boolean> {
    const { cluster } = this;
    const now = cluster.clock.now();
    own.holds = false;
    const next = cluster.isQuiet(now) ? cluster.nextWakeUp(limit === undefined ? LIVELY : undefined) : now;
    const end = limit === undefined ? own.patience : now + limit;
    if (next !== undefined && next <= end) await cluster.advance(next);
    else if (limit !== undefined) await cluster.advance(end);
    else return false;
    this.#stirs++;
    return true;
  }

  /** Lets the rest of the process breathe. Input that is on its way arrives before more time passes. */
  async #pause({ input }: Caller): Promise<void> {
    const cancel = new AbortController();
    const slept = wallSleep(input ? LOOK : 0, AbortSignal.any([cancel.signal, this.#stop.signal]));
    await Promise.race([slept, ...(input ? [input] : [])]);
    cancel.abort();
  }

  #wakeSoon(waiter: Waiter): AbortController {
    const cancel = new AbortController();
    void wallSleep(LOOK, cancel.signal).then(() => waiter.wake());
    return cancel;
  }

  /** At clock `max` a wait that nothing else has ended is over when its time has passed on the wall, too. */
  #endIfBored(waiter: Waiter, limit: Duration): AbortController {
    const cancel = new AbortController();
    void wallSleep(Math.min(limit, 2 ** 30), AbortSignal.any([cancel.signal, this.#stop.signal])).then(() => {
      if (!this.#waiters.has(waiter) || this.#stop.signal.aborted) return;
      this.#tick(() => this.cluster.advance(waiter.end ?? 0));
    });
    return cancel;
  }

  /** Nobody has the turn: sees to it that time goes on. */
  #idle(): void {
    if (this.#stop.signal.aborted) return;
    const { cluster } = this;
    const { clock } = cluster;
    if (this.#isMax) {
      const isHeld = [...this.#commands.values()].some(({ own }) => own?.holds);
      if (!isHeld && !cluster.isQuiet(clock.now())) this.#tick();
      else this.#skip();
      return;
    }
    const ends = [...this.#waiters].flatMap(({ end }) => (end === undefined ? [] : [end]));
    const next = Math.min(cluster.isQuiet(clock.now()) ? (cluster.nextWakeUp() ?? Number.POSITIVE_INFINITY) : clock.now(), ...ends);
    if (next === Number.POSITIVE_INFINITY) return;
    this.#setAlarm(wallNow() + Math.min(Math.max((next - clock.now()) / clock.state.speed, this.#share.rest), 2 ** 30));
  }

  /** One that rings sooner stays: it costs less than setting it anew after every turn. */
  #setAlarm(at: number): void {
    if (this.#alarm && this.#alarm.at <= at) return;
    this.#alarm?.cancel();
    const cancel = wallAlarm(Math.max(1, at - wallNow()), () => {
      this.#alarm = undefined;
      if (!this.#stop.signal.aborted) this.#tick();
    });
    this.#alarm = { at, cancel };
  }

  /** At clock `max`: moves on to what somebody waits for. */
  #skip(): void {
    const { cluster } = this;
    const now = cluster.clock.now();
    let to = Number.POSITIVE_INFINITY;
    let moved: Caller | undefined;
    let polls = false;
    for (const { caller, end = Number.POSITIVE_INFINITY } of this.#waiters) {
      if (caller.patience === 'none' || caller.command.skipped >= MOST_SKIPPED) continue;
      const next = cluster.nextWakeUp(caller.patience === 'lively' ? LIVELY : undefined) ?? Number.POSITIVE_INFINITY;
      if (caller.isWatch && next >= end) continue; // a watch is not brought to its end
      const target = Math.min(next, end);
      if (target >= to) continue;
      to = target;
      moved = caller;
      polls = next > end;
    }
    if (!moved) return;
    const caller = moved;
    void wallSleep(polls ? POLL : 0, this.#stop.signal).then(() =>
      this.#tick(async () => {
        if (caller.gone || this.#stop.signal.aborted || cluster.clock.now() !== now) return;
        caller.command.skipped += to - now;
        this.#stirs++;
        await cluster.advance(to);
      }),
    );
  }

  /** Streams go on in turns, too. */
  #present(response: ApiResponse, caller: Caller): ApiResponse {
    const { events, stream } = response;
    return {
      ...response,
      ...(events ? { events: inTurns(this.#streams, events, caller) } : {}),
      ...(stream ? { stream: inTurns(this.#streams, stream, caller) } : {}),
    };
  }

  /** Ends what a caller waits for. */
  #leave(caller: Caller): void {
    caller.gone = true;
    caller.leave?.();
    caller.input = undefined;
    this.#wake(caller);
  }

  #wake(caller: Caller): void {
    for (const waiter of [...this.#waiters]) if (waiter.caller === caller) waiter.wake();
  }
}
