// Plays client-go's event recorder and correlator: a repetition counts up, ten different messages of one reason within ten minutes
// are combined. What it remembers lies in a drawer of the state, as a real component's cache lies in its memory. Rate limits are left out.
import { Event } from '../api/core/event.ts';
import { type Clock, hours, minutes, parseTime, rfc3339 } from '../machinery/clock.ts';
import { hash32 } from '../machinery/random.ts';
import { occurrences, type Recurrences } from '../machinery/recurrence.ts';
import { isNotFound } from '../machinery/status.ts';
import type { Store } from '../machinery/store.ts';
import type { Client, EventRecorder } from './client.ts';

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

/** An Event that counts up by itself. */
interface Repeating {
  name: string;
  namespace: string;
  /** Where {@link Remembered} is. */
  seen: string;
}

interface Remembered {
  name: string;
  count: number;
  /** RFC 3339, of the first occurrence. */
  first: string;
  last: string;
}

interface Similar {
  messages: readonly number[];
  last: string;
}

/** More different messages than this for one object and reason are combined into one event (client-go: maxEvents 10 in 600 s). */
const COMBINE_AFTER = 10;
const COMBINE_WITHIN = minutes(10);

export function createRecorder({ client, clock, store, component, host, recurrences }: RecorderOptions): EventRecorder {
  /** Ends a repetition: what it has counted, in memory only. */
  const stopRepeating = (similarKey: string): Repeating | undefined => {
    const repeating = store.get<Repeating>(`repeating/${similarKey}`);
    if (!repeating || !recurrences) return undefined;
    store.delete(`repeating/${similarKey}`);
    const recurrence = recurrences.current(etcdKey(repeating));
    recurrences.stop(etcdKey(repeating));
    const seen = store.get<Remembered>(repeating.seen);
    if (!recurrence || !seen) return undefined;
    const { count, last } = occurrences(recurrence, clock.now());
    store.put(repeating.seen, { ...seen, count: seen.count + count, last: rfc3339(last) } satisfies Remembered);
    return repeating;
  };
  const writeSettled = async (similarKey: string): Promise<void> => {
    const settled = stopRepeating(similarKey);
    const seen = settled && store.get<Remembered>(settled.seen);
    if (!seen) return;
    const { count, last: lastTimestamp } = seen;
    try {
      await client.patch(Event, { namespace: settled.namespace, name: settled.name }, 'strategic', { count, lastTimestamp });
    } catch (error) {
      if (!isNotFound(error)) throw error; // somebody has deleted it
    }
  };
  return {
    async settle(regarding, type, reason) {
      await writeSettled(similarKeyOf(regarding, type, reason));
    },
    async event(regarding, type, reason, originalMessage, options = {}) {
      const at = clock.now();
      const now = rfc3339(at);
      const { namespace, name, uid, resourceVersion } = regarding.metadata;
      const times = options.count ?? 1;
      const similarKey = similarKeyOf(regarding, type, reason, options.fieldPath);
      const message = combine(store, similarKey, originalMessage, at);
      const key = `seen/${similarKey}|${hash32(message)}`;
      const repeating = store.get<Repeating>(`repeating/${similarKey}`);
      if (repeating?.seen === key) stopRepeating(similarKey);
      else if (repeating) await writeSettled(similarKey);
      const seen = store.get<Remembered>(key);
      if (seen) {
        const next = { ...seen, count: seen.count + times, last: now };
        try {
          await client.patch(Event, { namespace: namespace ?? 'default', name: seen.name }, 'strategic', {
            count: next.count,
            lastTimestamp: now,
            ...(message === originalMessage ? {} : { message }),
          });
          store.put(key, next);
          repeat(seen.name);
          return;
        } catch (error) {
          if (!isNotFound(error)) throw error; // expired: begin anew
        }
      }
      forgetExpired(store, at);
      const created = await createEvent();
      store.put(key, { name: created, count: times, first: now, last: now } satisfies Remembered);
      repeat(created);

      function repeat(eventName: string): void {
        if (!options.repeats || !recurrences) return;
        const known: Repeating = { name: eventName, namespace: namespace ?? 'default', seen: key };
        store.put(`repeating/${similarKey}`, known);
        recurrences.start(etcdKey(known), { kind: 'event', from: at, period: options.repeats });
      }

      async function createEvent(): Promise<string> {
        const eventName = uniqueName(store, name, at, hash32(`${component}/${host ?? ''}`) % 1000);
        await client.create(Event, {
          metadata: { name: eventName, namespace: namespace ?? 'default' },
          involvedObject: {
            kind: regarding.kind,
            ...(namespace ? { namespace } : {}),
            name,
            ...(uid ? { uid } : {}),
            apiVersion: regarding.apiVersion,
            ...(resourceVersion ? { resourceVersion } : {}),
            ...(options.fieldPath ? { fieldPath: options.fieldPath } : {}),
          },
          reason,
          message,
          source: { component, ...(host ? { host } : {}) },
          firstTimestamp: now,
          lastTimestamp: now,
          count: times,
          type,
          eventTime: null as unknown as undefined,
          reportingComponent: component,
          reportingInstance: host ?? '',
        });
        return eventName;
      }
    },
  };
}

const etcdKey = ({ namespace, name }: Repeating): string => `events/${namespace}/${name}`;

function similarKeyOf(
  { kind, metadata: { namespace, name, uid } }: Parameters<NonNullable<EventRecorder['settle']>>[0],
  type: string,
  reason: string,
  fieldPath = '',
): string {
  return [uid ?? `${kind}/${namespace ?? ''}/${name}`, type, reason, fieldPath].join('|');
}

/** `web.18a1b2c3d4e5f607`: the object's name and the time in nanoseconds, ever growing so that names sort as they happened. */
function uniqueName(store: Store, name: string, at: number, salt: number): string {
  const last = store.get<{ at: number; n: number }>('last');
  const n = last?.at === at ? last.n + 1 : 0;
  store.put('last', { at, n });
  return `${name}.${(BigInt(at) * 1_000_000n + BigInt(n * 1000 + salt)).toString(16)}`;
}

/** Every 200 events: what has not been seen for an hour names an event that has expired. */
function forgetExpired(store: Store, at: number): void {
  const created = (store.get<number>('created') ?? 0) + 1;
  store.put('created', created);
  if (created % 200 !== 0) return;
  const kept = new Set([...store.range<Repeating>('repeating/')].map(([, { seen }]) => seen));
  for (const prefix of ['seen/', 'similar/']) {
    const expired = [...store.range<{ last: string }>(prefix)].filter(
      ([key, entry]) => at - parseTime(entry.last) > hours(1) && !kept.has(key),
    );
    for (const [key] of expired) store.delete(key);
  }
}

/** Remembers which messages an object had for one reason; from the eleventh on they become one. */
function combine(store: Store, key: string, message: string, at: number): string {
  const similar = store.get<Similar>(`similar/${key}`);
  const hash = hash32(message);
  const fresh = similar && at - parseTime(similar.last) <= COMBINE_WITHIN ? similar.messages : [];
  const messages = fresh.includes(hash) ? fresh : [...fresh, hash];
  if (messages.length <= COMBINE_AFTER) {
    if (messages !== similar?.messages) store.put(`similar/${key}`, { messages, last: rfc3339(at) } satisfies Similar);
    return message;
  }
  store.put(`similar/${key}`, { messages: messages.slice(0, COMBINE_AFTER + 1), last: rfc3339(at) } satisfies Similar);
  return `(combined from similar events): ${message}`;
}
