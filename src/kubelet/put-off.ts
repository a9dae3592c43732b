// A container that cannot be started now: why, and when the kubelet will try again.
import { type Duration, type Instant, seconds } from '../machinery/clock.ts';
import type { ContainerRecord } from './record.ts';

/** A Pod in trouble is looked at again about this often; each look counts its events up. */
export const SYNC = seconds(12.5);

export function putOff(container: ContainerRecord, reason: string, message: string, now: Instant, delay: Duration): void {
  container.waiting = { reason, message };
  container.retryAt = now + delay;
  container.retrySince = now;
  container.retries = (container.retries ?? 0) + 1;
}

export function noLongerPutOff(container: ContainerRecord): void {
  delete container.waiting;
  delete container.retryAt;
  delete container.retrySince;
  delete container.retries;
  delete container.skipped;
}
