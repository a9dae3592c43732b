// What must happen later, in order of time, kept in the state.
//   /kubemu/wakeups/<instant>/<class>/<owner>/<key>   the queue
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
  /** The earliest one of these classes (of all when absent), or undefined. */
  next(classes?: ReadonlySet<WakeUpClass>): WakeUp | undefined;
  /** Removes and returns all that are due at or before `at`, in order. */
  take(at: Instant): WakeUp[];
}

const QUEUE = '/kubemu/wakeups/';
const WAITING = '/kubemu/wakeup/';

export function createWakeUps(store: Store): WakeUpQueue {
  const clear = (owner: string, key: string): void => {
    const waiting = store.get<{ at: Instant; class: WakeUpClass }>(`${WAITING}${owner}/${key}`);
    if (!waiting) return;
    store.delete(queueKey({ ...waiting, owner, key }));
    store.delete(`${WAITING}${owner}/${key}`);
  };
  return {
    set(owner, key, at, cls) {
      const waiting = store.get<{ at: Instant; class: WakeUpClass }>(`${WAITING}${owner}/${key}`);
      if (waiting?.at === at && waiting.class === cls) return;
      if (waiting) store.delete(queueKey({ ...waiting, owner, key }));
      store.put(`${WAITING}${owner}/${key}`, { at, class: cls });
      store.put(queueKey({ at, class: cls, owner, key }), 1);
    },
    clear,
    next(classes) {
      for (const queueKey of store.keys(QUEUE)) {
        const wakeUp = parseQueueKey(queueKey);
        if (!classes || classes.has(wakeUp.class)) return wakeUp;
      }
      return undefined;
    },
    take(at) {
      const due: WakeUp[] = [];
      for (const queueKey of store.keys(QUEUE)) {
        const wakeUp = parseQueueKey(queueKey);
        if (wakeUp.at > at) break;
        due.push(wakeUp);
      }
      for (const { owner, key } of due) clear(owner, key);
      return due;
    },
  };
}

function queueKey({ at, class: cls, owner, key }: WakeUp): string {
  return `${QUEUE}${String(at).padStart(15, '0')}/${cls}/${owner}/${key}`;
}

function parseQueueKey(queueKey: string): WakeUp {
  const [at = '', cls = '', owner = '', ...key] = queueKey.slice(QUEUE.length).split('/');
  return { at: Number(at), class: cls as WakeUpClass, owner, key: key.join('/') };
}
