// Runs the loops: turns changes into keys, keys into reconciles, and results into wake-ups. Plays what controller-runtime's manager
// and work queues do; all queues are one, in order of arrival, so that the same state always takes the same course.
import { isBuiltin } from '../api/builtin.ts';
import { type Clock, type Duration, type Instant, milliseconds, seconds } from '../machinery/clock.ts';
import { DialError } from '../machinery/dialer.ts';
import { CUSTOM_RESOURCES, type Loop, type LoopWatch, type ObjectEvent, type WakeUps } from '../machinery/loop.ts';
import type { KubeObject } from '../machinery/object.ts';
import { isConflict, StatusError } from '../machinery/status.ts';
import type { Store } from '../machinery/store.ts';
import { expectLongRun } from './engine.ts';

export interface HostedLoop {
  loop: Loop;
  /** False while the process that runs this loop does not run: its keys are dropped, and it lists everything when it starts again. */
  alive(): boolean;
}

/** Every object there is, with its resource: what a starting component lists. */
export type Inventory = () => Iterable<readonly [resource: string, object: KubeObject]>;

export interface LoopHost {
  /** A change of an API object. */
  changed(resource: string, event: ObjectEvent): void;
  enqueue(loop: string, key: string): void;
  /** Loops whose process has started since the last time get every object as new. */
  resyncStarted(inventory: Inventory): void;
  /** Reconciles until no queue has work. */
  drain(): Promise<void>;
  readonly idle: boolean;
  /** Somebody outside did something at the same instant: what follows from it is no storm. */
  disturbed(): void;
}

export interface LoopHostOptions {
  loops: readonly HostedLoop[];
  clock: Clock;
  wakeUps: WakeUps;
  /** `/kubemu/loops/`: which loops run, and how often each key has failed in a row. */
  store: Store;
  /** Something that should never happen: a bug of ours, or a storm that was cut. */
  report(problem: string): void;
}

/** As client-go's exponential limiter: 5 ms doubling to 1,000 s. */
const RETRY_BASE: Duration = milliseconds(5);
const RETRY_MOST: Duration = seconds(1000);
/** Followed by a loop's name and a key. */
const FAILURES = 'failures/';
/** After so many reconciles it is no small command. */
const MANY = 200;
/** More reconciles of one key at one instant than this are a storm. */
const STORM = 400;

export function createLoopHost({ loops, clock, wakeUps, store, report }: LoopHostOptions): LoopHost {
  const byName = new Map(loops.map((hosted) => [hosted.loop.name, hosted]));
  const watchers = new Map<string, { loop: Loop; keys: LoopWatch['keys'] }[]>();
  for (const { loop } of loops) {
    for (const { resource, keys } of loop.watches) {
      const list = watchers.get(resource) ?? [];
      list.push({ loop, keys });
      watchers.set(resource, list);
    }
  }

  const watchersOf = (resource: string) =>
    watchers.get(resource) ?? (isBuiltin(resource) ? undefined : watchers.get(CUSTOM_RESOURCES)) ?? [];

  /** Keys of the store: who has failed last time. */
  let failing: Set<string> | undefined;
  /** Whether the processes run, as of the last look. */
  const answers = new Map<() => boolean, boolean | undefined>(loops.map(({ alive }) => [alive, undefined]));
  /** Names of the loops that run, as the store has them. */
  let running: Set<string> | undefined;
  const queued = new Set<string>();
  let queue: string[] = [];
  const counts = new Map<string, number>();
  let countedAt: Instant = -1;
  let reconciles = 0;

  const enqueue = (loop: string, key: string): void => {
    const entry = `${loop}\0${key}`;
    if (queued.has(entry)) return;
    queued.add(entry);
    queue.push(entry);
  };

  const isStorm = (entry: string): boolean => {
    if (countedAt !== clock.now()) {
      counts.clear();
      countedAt = clock.now();
    }
    const count = (counts.get(entry) ?? 0) + 1;
    counts.set(entry, count);
    return count > STORM;
  };

  const reconcile = async (loop: Loop, key: string): Promise<void> => {
    failing ??= new Set(store.keys(FAILURES));
    const failures = `${FAILURES}${loop.name}/${key}`;
    try {
      const result = await loop.reconcile(key);
      if (failing.delete(failures)) store.delete(failures);
      if (result) wakeUps.set(loop.name, key, clock.now() + result.requeueAfter, result.class);
      else wakeUps.clear(loop.name, key);
    } catch (error) {
      if (isConflict(error)) return enqueue(loop.name, key); // somebody was quicker: look again
      if (!(error instanceof StatusError || error instanceof DialError)) {
        report(`${loop.name} failed on ${key}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      }
      const count = (store.get<number>(failures) ?? 0) + 1;
      store.put(failures, count);
      failing.add(failures);
      wakeUps.set(loop.name, key, clock.now() + Math.min(RETRY_BASE * 2 ** Math.min(count - 1, 30), RETRY_MOST), 'recurrence');
    }
  };

  return {
    enqueue,
    changed(resource, event) {
      for (const { loop, keys } of watchersOf(resource)) {
        for (const key of keys(event, resource)) enqueue(loop.name, key);
      }
    },
    resyncStarted(inventory) {
      // Loops of one process share their answer, and mostly it is the same as before.
      let isChanged = false;
      for (const [alive, was] of answers) {
        const is = alive();
        if (is === was) continue;
        answers.set(alive, is);
        isChanged = true;
      }
      if (!isChanged) return;
      running ??= new Set(loops.filter(({ loop }) => store.get(`running/${loop.name}`) !== undefined).map(({ loop }) => loop.name));
      for (const { loop, alive } of loops) {
        const key = `running/${loop.name}`;
        const was = running.has(loop.name);
        if (was === answers.get(alive)) continue;
        if (was) {
          running.delete(loop.name);
          store.delete(key);
          continue;
        }
        running.add(loop.name);
        store.put(key, 1);
        for (const [resource, object] of inventory()) {
          for (const watch of loop.watches) {
            if (watch.resource !== resource && (watch.resource !== CUSTOM_RESOURCES || isBuiltin(resource))) continue;
            for (const queueKey of watch.keys({ type: 'ADDED', object }, resource)) enqueue(loop.name, queueKey);
          }
        }
      }
    },
    get idle() {
      return queue.length === 0;
    },
    disturbed: () => counts.clear(),
    async drain() {
      while (queue.length > 0) {
        const batch = queue;
        queue = [];
        for (const entry of batch) {
          queued.delete(entry);
          const separator = entry.indexOf('\0');
          const hosted = byName.get(entry.slice(0, separator));
          const key = entry.slice(separator + 1);
          if (!hosted?.alive()) continue;
          if (isStorm(entry)) {
            if (counts.get(entry) === STORM + 1)
              report(`${hosted.loop.name} reconciled ${key} ${STORM} times at one instant; it goes on in a second`);
            wakeUps.set(hosted.loop.name, key, clock.now() + seconds(1), 'recurrence');
            continue;
          }
          await reconcile(hosted.loop, key);
          if (++reconciles === MANY) expectLongRun();
        }
      }
    },
  };
}

/** An object change as loops see it, from values before and after. */
export function objectEvent(before: KubeObject | undefined, after: KubeObject | undefined): ObjectEvent | undefined {
  if (after) return before ? { type: 'MODIFIED', object: after, old: before } : { type: 'ADDED', object: after };
  return before ? { type: 'DELETED', object: before, old: before } : undefined;
}
