// etcd's leases, as kube-apiserver uses them for Events: a key that expires. An expired key is invisible at once; a sweep on the
// full minute, the same for everybody who looks and whenever, deletes it. There is no renewal: writing the key again is one.
import type { Clock, Instant } from '../machinery/clock.ts';
import { minutes, seconds } from '../machinery/clock.ts';
import type { Loop, WakeUps } from '../machinery/loop.ts';
import { type KeyKinds, keyKinds } from '../state/key-kinds.ts';
import type { Keyspace } from '../state/keyspace.ts';

/** Owner of the sweeps' wake-ups, and the loop's name. */
export const LEASE_OWNER = 'etcd';

const SWEEP_EVERY = minutes(1);
/** `/kubemu/etcd/expiry/<sweep, 15 digits>/registry/…`: what that sweep looks at. The value is the deadline. */
const EXPIRY = '/kubemu/etcd/expiry/';
/** `/kubemu/etcd/deadline/registry/…`: when a key expires. */
const DEADLINE = '/kubemu/etcd/deadline';

export interface Leases {
  /** Past its deadline, and so not there any more. */
  isExpired(key: string): boolean;
  /** Some key is past its deadline and not swept yet. */
  anyExpired(prefix: string): boolean;
  /** Sets, moves or (without `timeToLive`) takes away the key's deadline. */
  attach(key: string, timeToLive?: number): void;
}

/** What leases need; the same for {@link createLeaseLoop}. */
export interface LeaseParts {
  keyspace: Keyspace;
  clock: Clock;
  wakeUps: WakeUps;
}

export function createLeases({ keyspace, clock, wakeUps }: LeaseParts): Leases {
  const kinds = (): KeyKinds => keyKinds(keyspace, DEADLINE);
  const isEmpty = (prefix: string): boolean => keyspace.keys(prefix)[Symbol.iterator]().next().done === true;
  return {
    isExpired: (key) => kinds().mayHold(key) && (keyspace.value<Instant>(DEADLINE + key) ?? Number.POSITIVE_INFINITY) <= clock.now(),
    anyExpired(prefix) {
      if (!kinds().mayHold(prefix)) return false;
      const now = clock.now();
      for (const at of keyspace.keys(EXPIRY)) {
        if (sweepOf(at) >= now + SWEEP_EVERY) return false;
        if (keyOf(at).startsWith(prefix) && (keyspace.value<Instant>(at) ?? now + 1) <= now) return true;
      }
      return false;
    },
    attach(key, timeToLive) {
      if (timeToLive !== undefined) kinds().add(key);
      else if (!kinds().mayHold(key)) return;
      const old = keyspace.value<Instant>(DEADLINE + key);
      if (old === undefined && timeToLive === undefined) return;
      const deadline = timeToLive === undefined ? undefined : clock.now() + seconds(timeToLive);
      if (old !== undefined && (deadline === undefined || sweepAt(old) !== sweepAt(deadline))) {
        keyspace.delete(expiryKey(old, key));
        if (isEmpty(folder(sweepAt(old)))) wakeUps.clear(LEASE_OWNER, digits(sweepAt(old)));
      }
      if (deadline === undefined) {
        keyspace.delete(DEADLINE + key);
        return;
      }
      const sweep = sweepAt(deadline);
      wakeUps.set(LEASE_OWNER, digits(sweep), sweep, 'deadline'); // costs a look when it is set already
      keyspace.put(DEADLINE + key, deadline);
      keyspace.put(expiryKey(deadline, key), deadline);
    },
  };
}

/** The loop that a sweep's wake-up queues: deletes what has expired, in order of keys, each deletion a revision as in etcd. */
export function createLeaseLoop({ keyspace, clock }: Omit<LeaseParts, 'wakeUps'>): Loop {
  return {
    name: LEASE_OWNER,
    watches: [],
    async reconcile(sweep) {
      const at = Number(sweep);
      if (at > clock.now()) return { requeueAfter: at - clock.now(), class: 'deadline' };
      for (const index of [...keyspace.keys(folder(at))]) {
        const key = keyOf(index);
        keyspace.delete(index);
        keyspace.delete(DEADLINE + key);
        keyspace.delete(key);
      }
      return undefined;
    },
  };
}

const digits = (at: Instant): string => String(at).padStart(15, '0');
const sweepAt = (deadline: Instant): Instant => Math.ceil(deadline / SWEEP_EVERY) * SWEEP_EVERY;
const folder = (sweep: Instant): string => `${EXPIRY}${digits(sweep)}/`;
const expiryKey = (deadline: Instant, key: string): string => folder(sweepAt(deadline)) + key.slice(1);
const sweepOf = (index: string): Instant => Number(index.slice(EXPIRY.length, EXPIRY.length + 15));
const keyOf = (index: string): string => index.slice(EXPIRY.length + 15);
