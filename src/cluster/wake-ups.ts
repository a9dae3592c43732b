// What must happen later, in order of time, kept in the state.
//   /kubemu/wakeups/<class>/<instant>/<owner>/<key>   a queue for each class
//   /kubemu/wakeup/<owner>/<key>                      which instant and class a key waits for
import type { Instant } from '../machinery/clock.ts';
import type { WakeUpClass, WakeUps } from '../machinery/loop.ts';
import type { Store } from '../machinery/store.ts';

export interface WakeUp {
  at: Instant;
  class: WakeUpClass;
  owner: string;
  key: string;
}

export interface WakeUpQueue extends WakeUps {
  /** The instant of the earliest one of these classes (of all when absent), or undefined. */
  next(classes?: readonly WakeUpClass[]): Instant | undefined;
  /** Removes and returns all that are due at or before `at`, in order of time, then class, owner and key. */
  take(at: Instant): WakeUp[];
  /** The store was read again. */
  forget(): void;
}

interface Waiting {
  at: Instant;
  class: WakeUpClass;
}

const CLASSES: readonly WakeUpClass[] = ['progress', 'process', 'recurrence', 'deadline'];
const QUEUE = '/kubemu/wakeups/';
const WAITING = '/kubemu/wakeup/';
const DIGITS = 15;

export function createWakeUps(store: Store): WakeUpQueue {
  /** The earliest of a class, while nobody has taken it: it is asked for several times a request. Infinity when there is none. */
  const earliest = new Map<WakeUpClass, Instant>();
  const remove = (waiting: Waiting, owner: string, key: string): void => {
    store.delete(queueKey(waiting, owner, key));
    if (earliest.get(waiting.class) === waiting.at) earliest.delete(waiting.class);
  };
  const earliestOf = (cls: WakeUpClass): Instant => {
    const known = earliest.get(cls);
    if (known !== undefined) return known;
    let found = Number.POSITIVE_INFINITY;
    const prefix = `${QUEUE}${cls}/`;
    for (const key of store.keys(prefix)) {
      found = Number(key.slice(prefix.length, prefix.length + DIGITS));
      break;
    }
    earliest.set(cls, found);
    return found;
  };
  const clear = (owner: string, key: string): void => {
    const waiting = store.get<Waiting>(`${WAITING}${owner}/${key}`);
    if (!waiting) return;
    remove(waiting, owner, key);
    store.delete(`${WAITING}${owner}/${key}`);
  };
  return {
    set(owner, key, at, cls) {
      const waitingKey = `${WAITING}${owner}/${key}`;
      const waiting = store.get<Waiting>(waitingKey);
      if (waiting?.at === at && waiting.class === cls) return;
      if (waiting) remove(waiting, owner, key);
      const next: Waiting = { at, class: cls };
      store.put(waitingKey, next);
      store.put(queueKey(next, owner, key), 1);
      if (at < (earliest.get(cls) ?? Number.NEGATIVE_INFINITY)) earliest.set(cls, at);
    },
    clear,
    next(classes = CLASSES) {
      let first = Number.POSITIVE_INFINITY;
      for (const cls of classes) first = Math.min(first, earliestOf(cls));
      return first === Number.POSITIVE_INFINITY ? undefined : first;
    },
    take(at) {
      const due: WakeUp[] = [];
      for (const cls of CLASSES) {
        if (earliestOf(cls) > at) continue;
        for (const key of store.keys(`${QUEUE}${cls}/`)) {
          const wakeUp = parseQueueKey(key);
          if (wakeUp.at > at) break;
          due.push(wakeUp);
        }
      }
      due.sort((a, b) => a.at - b.at); // stable: classes stay in order, owners and keys too
      for (const { owner, key } of due) clear(owner, key);
      return due;
    },
    forget: () => earliest.clear(),
  };
}

function queueKey({ at, class: cls }: Waiting, owner: string, key: string): string {
  return `${QUEUE}${cls}/${String(at).padStart(DIGITS, '0')}/${owner}/${key}`;
}

function parseQueueKey(queueKey: string): WakeUp {
  const [cls = '', at = '', owner = '', ...key] = queueKey.slice(QUEUE.length).split('/');
  return { at: Number(at), class: cls as WakeUpClass, owner, key: key.join('/') };
}
