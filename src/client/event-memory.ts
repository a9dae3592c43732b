// Plays client-go's event correlator: what a recorder remembers of the events of one object. A repetition counts up, ten different
// messages of one reason within ten minutes are combined, and more than 25 events on end are held back, one let through in five minutes.
import { type Duration, hours, type Instant, minutes } from '../machinery/clock.ts';
import { hash32 } from '../machinery/random.ts';

/** One Event of the API. */
export interface KnownEvent {
  /** Absent while it has been held back. */
  name?: string;
  count: number;
  /** RFC 3339, of the first occurrence. */
  first: string;
  last: string;
}

/** What is known of one type and reason. */
export interface ReasonMemory {
  /** By {@link Place.id}. */
  events: Readonly<Record<string, KnownEvent>>;
  /** Hashes of the different messages of late, and when the last came. */
  messages: readonly number[];
  at: Instant;
  /** By field path: which event repeats by itself. */
  repeating?: Readonly<Record<string, string>>;
}

export interface ObjectMemory {
  /** By {@link reasonKey}. */
  reasons: Readonly<Record<string, ReasonMemory>>;
  /** How many events may still pass, as of the last one. */
  tokens: number;
  at: Instant;
}

/** Where an occurrence belongs. */
export interface Place {
  /** What tells this event from others of its reason. */
  id: string;
  message: string;
}

/** From this many different messages on they become one (client-go: defaultAggregateMaxEvents in defaultAggregateIntervalInSeconds). */
const COMBINE_FROM = 10;
const COMBINE_WITHIN: Duration = minutes(10);
const COMBINED = 'combined';

/** client-go: defaultSpamBurst and defaultSpamQPS, for each source and object. */
const BURST = 25;
const REFILL: Duration = minutes(5);

/** Events live that long; what was not seen for as long names an event that has expired. */
const FORGOTTEN_AFTER: Duration = hours(1);

export const reasonKey = (type: string, reason: string): string => `${type}|${reason}`;

export const nothing = (at: Instant): ObjectMemory => ({ reasons: {}, tokens: BURST, at });

/** With the occurrence's message counted among those of its reason. */
export function placed(
  memory: ObjectMemory,
  key: string,
  message: string,
  fieldPath: string,
  at: Instant,
): { memory: ObjectMemory; place: Place } {
  const known = memory.reasons[key];
  const hash = hash32(message);
  const fresh = known && at - known.at <= COMBINE_WITHIN ? known.messages : [];
  const messages = fresh.includes(hash) ? fresh : [...fresh, hash];
  const isCombined = messages.length >= COMBINE_FROM;
  const kept = isCombined ? messages.slice(0, COMBINE_FROM - 1) : messages;
  const reason = known ? { ...known, messages: kept, at } : { events: {}, messages: kept, at };
  return {
    memory: withReason(memory, key, reason),
    place: isCombined
      ? { id: COMBINED, message: `(combined from similar events): ${message}` }
      : { id: hash32(`${fieldPath}|${message}`).toString(36), message },
  };
}

/** Takes a token if there is one: flowcontrol's passive token bucket. */
export function admitted(memory: ObjectMemory, at: Instant): { memory: ObjectMemory; passes: boolean } {
  const tokens = Math.min(BURST, memory.tokens + (at - memory.at) / REFILL);
  const passes = tokens >= 1;
  return { memory: { ...memory, tokens: passes ? tokens - 1 : tokens, at }, passes };
}

export function withEvent(memory: ObjectMemory, key: string, id: string, event: KnownEvent): ObjectMemory {
  const reason = memory.reasons[key] as ReasonMemory;
  return withReason(memory, key, { ...reason, events: { ...reason.events, [id]: event } });
}

/** The event under `id` repeats by itself from now on; none does when `id` is absent. */
export function withRepeating(memory: ObjectMemory, key: string, fieldPath: string, id: string | undefined): ObjectMemory {
  const { repeating, ...reason } = memory.reasons[key] as ReasonMemory;
  const { [fieldPath]: _, ...others } = repeating ?? {};
  const rest = id === undefined ? others : { ...others, [fieldPath]: id };
  return withReason(memory, key, Object.keys(rest).length > 0 ? { ...reason, repeating: rest } : reason);
}

export function isForgettable({ reasons, at }: ObjectMemory, now: Instant): boolean {
  return now - at > FORGOTTEN_AFTER && !Object.values(reasons).some(({ repeating }) => repeating);
}

const withReason = (memory: ObjectMemory, key: string, reason: ReasonMemory): ObjectMemory => ({
  ...memory,
  reasons: { ...memory.reasons, [key]: reason },
});
