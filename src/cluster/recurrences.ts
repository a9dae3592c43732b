// Keeps recurrences under /kubemu/recurrences/ and shows objects as of now.
import type { Overlay } from '../apiserver/context.ts';
import { type Clock, type Instant, rfc3339, rfc3339Micro } from '../machinery/clock.ts';
import type { KubeObject } from '../machinery/object.ts';
import { occurrences, type Recurrence, type Recurrences } from '../machinery/recurrence.ts';
import { drawer, type Store } from '../machinery/store.ts';
import type { KeyKinds } from '../state/key-kinds.ts';

/** Followed by a key of etcd without `/registry/`. */
export const RECURRENCES = '/kubemu/recurrences/';
const REGISTRY = '/registry/';

/**
 * @param keep called with the etcd key of what would expire but repeats: it stays for as long as it does
 * @param kinds of which keys there are recurrences, if that is known
 */
export function createRecurrences(
  store: Store,
  clock: Clock,
  keep: (etcdKey: string) => void = () => {},
  kinds?: () => KeyKinds,
): Recurrences & { overlay: Overlay } {
  const kept = drawer(store, RECURRENCES);
  return {
    start(key, recurrence) {
      kept.put(key, recurrence);
      kinds?.().add(key);
      if (recurrence.kind === 'event') keep(REGISTRY + key);
    },
    stop: (key) => kept.delete(key),
    current: (key) => kept.get(key),
    overlay: Object.assign(overlay, {
      mayConcern: (prefix: string) => kinds?.().mayHold(prefix.slice(REGISTRY.length)) !== false,
    }),
  };

  function overlay<T extends KubeObject>(etcdKey: string, object: T): T {
    const key = etcdKey.slice(REGISTRY.length);
    if (kinds?.().mayHold(key) === false) return object;
    const recurrence = kept.get<Recurrence>(key);
    if (!recurrence) return object;
    const { count, last } = occurrences(recurrence, clock.now());
    return count === 0 ? object : (shown(object, recurrence.kind, count, last) as typeof object);
  }
}

function shown(object: KubeObject, kind: Recurrence['kind'], count: number, last: Instant): KubeObject {
  switch (kind) {
    case 'lease':
      return { ...object, spec: { ...(object.spec as object), renewTime: rfc3339Micro(last) } };
    case 'heartbeat': {
      const status = object.status as { conditions?: { type: string }[] } | undefined;
      const conditions = status?.conditions?.map((c) => (c.type === 'NetworkUnavailable' ? c : { ...c, lastHeartbeatTime: rfc3339(last) }));
      return { ...object, status: { ...status, conditions } };
    }
    case 'event':
      return { ...object, count: ((object.count as number | undefined) ?? 1) + count, lastTimestamp: rfc3339(last) };
  }
}
