// Plays client-go's event recorder. What it remembers (event-memory.ts) lies in a drawer of the state, as a real component's cache lies
// in its memory.
import { Event } from '../api/core/event.ts';
import { type Clock, type Instant, rfc3339 } from '../machinery/clock.ts';
import { hash32 } from '../machinery/random.ts';
import { occurrences, type Recurrences } from '../machinery/recurrence.ts';
import { isNotFound } from '../machinery/status.ts';
import type { Store } from '../machinery/store.ts';
import type { Client, EventRecorder } from './client.ts';
import {
  admitted,
  isForgettable,
  type KnownEvent,
  nothing,
  type ObjectMemory,
  placed,
  reasonKey,
  withEvent,
  withRepeating,
} from './event-memory.ts';

export interface RecorderOptions {
  client: Client;
  clock: Clock;
  /** `/kubemu/recorder/<component>/`. */
  store: Store;
  component: string;
  /** The node, for a kubelet. */
  host?: string;
  /** For events that repeat by themselves; without it they happen once. */
  recurrences?: Recurrences;
}

export function createRecorder({ client, clock, store, component, host, recurrences }: RecorderOptions): EventRecorder {
  const salt = hash32(`${component}/${host ?? ''}`) % 1000;
  /** Ends a repetition: what it has counted, in memory only. */
  const stopRepeating = (memory: ObjectMemory, key: string, fieldPath: string, namespace: string): ObjectMemory => {
    const id = memory.reasons[key]?.repeating?.[fieldPath];
    if (id === undefined || !recurrences) return memory;
    const stopped = withRepeating(memory, key, fieldPath, undefined);
    const known = memory.reasons[key]?.events[id];
    if (!known?.name) return stopped;
    const recurrence = recurrences.current(etcdKey(namespace, known.name));
    recurrences.stop(etcdKey(namespace, known.name));
    if (!recurrence) return stopped;
    const { count, last } = occurrences(recurrence, clock.now());
    return withEvent(stopped, key, id, { ...known, count: known.count + count, last: rfc3339(last) });
  };
  /** The same, and the Event gets its final count. */
  const settleRepeating = async (memory: ObjectMemory, key: string, fieldPath: string, namespace: string): Promise<ObjectMemory> => {
    const id = memory.reasons[key]?.repeating?.[fieldPath];
    const settled = stopRepeating(memory, key, fieldPath, namespace);
    const known = id === undefined ? undefined : settled.reasons[key]?.events[id];
    if (!known?.name || known === memory.reasons[key]?.events[id as string]) return settled;
    try {
      await client.patch(Event, { namespace, name: known.name }, 'strategic', { count: known.count, lastTimestamp: known.last });
    } catch (error) {
      if (!isNotFound(error)) throw error; // somebody has deleted it
    }
    return settled;
  };
  return {
    async settle(regarding, type, reason) {
      const place = memoryKey(regarding);
      const memory = store.get<ObjectMemory>(place);
      const key = reasonKey(type, reason);
      if (memory?.reasons[key]?.repeating?.[''] === undefined) return;
      store.put(place, await settleRepeating(memory, key, '', regarding.metadata.namespace ?? 'default'));
    },
    async event(regarding, type, reason, originalMessage, { fieldPath = '', count: times = 1, repeats } = {}) {
      const at = clock.now();
      const now = rfc3339(at);
      const { namespace = 'default', name, uid, resourceVersion } = regarding.metadata;
      const key = reasonKey(type, reason);
      const found = placed(store.get<ObjectMemory>(memoryKey(regarding)) ?? nothing(at), key, originalMessage, fieldPath, at);
      const { id, message } = found.place;
      let { memory } = found;
      const repeating = memory.reasons[key]?.repeating?.[fieldPath];
      if (repeating === id) memory = stopRepeating(memory, key, fieldPath, namespace);
      else if (repeating !== undefined) memory = await settleRepeating(memory, key, fieldPath, namespace);

      const seen = memory.reasons[key]?.events[id];
      const next: KnownEvent = seen ? { ...seen, count: seen.count + times, last: now } : { count: times, first: now, last: now };
      // What repeats by itself is written once however often it happens.
      if (!repeats) {
        const { passes, memory: paid } = admitted(memory, at);
        memory = paid;
        if (!passes) return store.put(memoryKey(regarding), withEvent(memory, key, id, next));
      }
      const known = (await counted(next)) ? next : await created(next);
      memory = withEvent(memory, key, id, known);
      if (repeats && recurrences) {
        memory = withRepeating(memory, key, fieldPath, id);
        recurrences.start(etcdKey(namespace, known.name as string), { kind: 'event', from: at, period: repeats });
      }
      store.put(memoryKey(regarding), memory);

      /** False when there is no such Event, or no longer. */
      async function counted({ name: known, count }: KnownEvent): Promise<boolean> {
        if (known === undefined) return false;
        try {
          await client.patch(Event, { namespace, name: known }, 'strategic', {
            count,
            lastTimestamp: now,
            ...(message === originalMessage ? {} : { message }),
          });
          return true;
        } catch (error) {
          if (isNotFound(error)) return false;
          throw error;
        }
      }

      async function created({ name: expired, count, first }: KnownEvent): Promise<KnownEvent> {
        const fresh = expired === undefined ? { count, first, last: now } : { count: times, first: now, last: now };
        const eventName = uniqueName(store, name, at, salt);
        await client.create(Event, {
          metadata: { name: eventName, namespace },
          involvedObject: {
            kind: regarding.kind,
            ...(regarding.metadata.namespace ? { namespace } : {}),
            name,
            ...(uid ? { uid } : {}),
            apiVersion: regarding.apiVersion,
            ...(resourceVersion ? { resourceVersion } : {}),
            ...(fieldPath ? { fieldPath } : {}),
          },
          reason,
          message,
          source: { component, ...(host ? { host } : {}) },
          firstTimestamp: fresh.first,
          lastTimestamp: now,
          count: fresh.count,
          type,
          eventTime: null as unknown as undefined,
          reportingComponent: component,
          reportingInstance: host ?? '',
        });
        return { ...fresh, name: eventName };
      }
    },
  };
}

const etcdKey = (namespace: string, name: string): string => `events/${namespace}/${name}`;

const OBJECTS = 'objects/';

function memoryKey({ kind, metadata: { namespace, name, uid } }: Parameters<NonNullable<EventRecorder['settle']>>[0]): string {
  return `${OBJECTS}${uid ?? `${kind}/${namespace ?? ''}/${name}`}`;
}

/** `web.18a1b2c3d4e5f607`: the object's name and the time in nanoseconds, ever growing so that names sort as they happened. */
function uniqueName(store: Store, name: string, at: Instant, salt: number): string {
  const last = store.get<{ at: Instant; n: number; all?: number }>('last');
  const n = last?.at === at ? last.n + 1 : 0;
  const all = (last?.all ?? 0) + 1;
  store.put('last', { at, n, all });
  if (all % TIDY_EVERY === 0) tidy(store, at);
  return `${name}.${(BigInt(at) * 1_000_000n + BigInt(n * 1000 + salt)).toString(16)}`;
}

const TIDY_EVERY = 200;

function tidy(store: Store, at: Instant): void {
  const forgettable = [...store.range<ObjectMemory>(OBJECTS)].filter(([, memory]) => isForgettable(memory, at));
  for (const [key] of forgettable) store.delete(key);
}
