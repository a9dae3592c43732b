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
  const clear = (owner: string, key: string): void => {
    const waiting = store.get<Waiting>(`${WAITING}${owner}/${key}`);
    if (!waiting) return;
    store.delete(queueKey(waiting, owner, key));
    store.delete(`${WAITING}${owner}/${key}`);
  };
  return {
    set(owner, key, at, cls) {
      const waitingKey = `${WAITING}${owner}/${key}`;
      const waiting = store.get<Waiting>(waitingKey);
      if (waiting?.at === at && waiting.class === cls) return;
      if (waiting) store.delete(queueKey(waiting, owner, key));
      const next: Waiting = { at, class: cls };
      store.put(waitingKey, next);
      store.put(queueKey(next, owner, key), 1);
    },
    clear,
    next(classes = CLASSES) {
      let earliest: Instant | undefined;
      for (const cls of classes) {
        const prefix = `${QUEUE}${cls}/`;
        for (const key of store.keys(prefix)) {
          const at = Number(key.slice(prefix.length, prefix.length + DIGITS));
          if (earliest === undefined || at < earliest) earliest = at;
          break;
        }
      }
      return earliest;
    },
    take(at) {
      const due: WakeUp[] = [];
      for (const cls of CLASSES) {
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
  };
}

function queueKey({ at, class: cls }: Waiting, owner: string, key: string): string {
  return `${QUEUE}${cls}/${String(at).padStart(DIGITS, '0')}/${owner}/${key}`;
}

function parseQueueKey(queueKey: string): WakeUp {
  const [cls = '', at = '', owner = '', ...key] = queueKey.slice(QUEUE.length).split('/');
  return { at: Number(at), class: cls as WakeUpClass, owner, key: key.join('/') };
}
