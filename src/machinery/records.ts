// A bounded ring of what was asked and decided, under `/kubemu/records/` in the state: requests with the verdicts of authorization and
// admission, and what other components decide (the scheduler about a Pod). Only what changed something or was refused is written
// down, with virtual time, so that two ways to the same instant leave the same records.
import type { Clock, Instant } from './clock.ts';
import type { Store } from './store.ts';

/** What one admission plugin did with a request. */
export interface AdmissionDecision {
  /** `ServiceAccount`, `ValidatingAdmissionPolicy/name`, `MutatingAdmissionWebhook/name`. */
  plugin: string;
  verdict: 'changed' | 'refused' | 'warned';
  /** Fields that changed: `spec.tolerations`. */
  fields?: readonly string[];
  message?: string;
}

/** One request that changed something or was refused. */
export interface RequestRecord {
  type: 'request';
  at: Instant;
  user: string;
  /** Not of the cluster's own components. */
  groups?: readonly string[];
  /** Who really asked, when `user` is impersonated. */
  impersonator?: string;
  agent?: string;
  verb: string;
  /** Of requests that are for no resource. */
  path?: string;
  /** `pods`, `deployments.apps`, with its subresource after a slash; empty for other paths. */
  resource: string;
  namespace?: string;
  name?: string;
  authorization: { allowed: boolean; reason?: string };
  admission?: readonly AdmissionDecision[];
  code: number;
  reason?: string;
  message?: string;
  /** The key in etcd, and the revision that the write got. */
  key?: string;
  revision?: number;
}

/** What another component decided about an object: the scheduler about a Pod, node by node. */
export interface DecisionRecord {
  type: 'decision';
  at: Instant;
  /** `default-scheduler` */
  component: string;
  /** `pods default/web` */
  about: string;
  outcome: string;
  details?: unknown;
}

export type DecisionOrRequest = RequestRecord | DecisionRecord;

/** A record as it is kept; `sequence` counts all that ever were. */
export type StoredRecord = DecisionOrRequest & { sequence: number };

/**
 * Details that are worked out only when somebody saves or reads the record: most decisions of a busy scheduler leave the ring before
 * that. In JSON, and in {@link Records.all}, they are what `make` returns.
 */
export class LazyDetails {
  #make: (() => unknown) | undefined;
  #made: unknown;

  constructor(make: () => unknown) {
    this.#make = make;
  }

  toJSON(): unknown {
    if (this.#make) this.#made = this.#make();
    this.#make = undefined;
    return this.#made;
  }
}

type Omitting<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
export type NewRecord = Omitting<DecisionOrRequest, 'at'>;

export interface Records {
  append(record: NewRecord): void;
  /** Oldest first. */
  all(): readonly StoredRecord[];
  /** How many are kept. Zero keeps none. */
  readonly size: number;
  resize(size: number): void;
}

const PREFIX = '/kubemu/records/';
const SETTINGS = `${PREFIX}settings`;
const NEXT = `${PREFIX}next`;
const RING = `${PREFIX}ring/`;
const DEFAULT_SIZE = 200;
const MOST = 100_000;

export function createRecords(store: Store, clock: Clock): Records {
  const size = (): number => store.get<{ size: number }>(SETTINGS)?.size ?? DEFAULT_SIZE;
  const all = (): StoredRecord[] =>
    [...store.range<StoredRecord>(RING)].map(([, record]) => plain(record)).sort((a, b) => a.sequence - b.sequence);
  const slot = (sequence: number, of: number): string => RING + String(sequence % of).padStart(6, '0');
  return {
    append(record) {
      const kept = size();
      if (kept === 0) return;
      const sequence = store.get<number>(NEXT) ?? 1;
      store.put(slot(sequence, kept), { sequence, at: clock.now(), ...record });
      store.put(NEXT, sequence + 1);
    },
    all,
    get size() {
      return size();
    },
    resize(wanted) {
      if (!Number.isInteger(wanted) || wanted < 0 || wanted > MOST)
        throw new RangeError(`the number of records must be between 0 and ${MOST}`);
      const records = all();
      for (const key of [...store.keys(RING)]) store.delete(key);
      store.put(SETTINGS, { size: wanted });
      if (wanted > 0) for (const record of records.slice(-wanted)) store.put(slot(record.sequence, wanted), record);
    },
  };
}

function plain(record: StoredRecord): StoredRecord {
  return record.type === 'decision' && record.details instanceof LazyDetails ? { ...record, details: record.details.toJSON() } : record;
}
