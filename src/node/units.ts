// Plays systemd as far as a node needs it: which units run. A unit that starts or stops wakes the kubelet loop for its node.
import type { Instant } from '../machinery/clock.ts';
import type { Listener } from '../machinery/dialer.ts';
import type { WakeUps } from '../machinery/loop.ts';
import type { Store } from '../machinery/store.ts';

export interface Unit {
  active: boolean;
  enabled: boolean;
  /** Since when it has been active or inactive. */
  since: Instant;
  /** Counts its starts. */
  starts: number;
}

/** The port on which a kubelet serves the API server. */
export const KUBELET_PORT = 10250;

const key = (node: string, unit: string): string => `/kubemu/nodes/${node}/units/${unit}`;
const listener = (node: string): string => `/kubemu/net/listeners/${node}/${KUBELET_PORT}`;

export const unitOf = (store: Store, node: string, unit: string): Unit | undefined => store.get<Unit>(key(node, unit));

export const isRunning = (store: Store, node: string, unit: string): boolean => unitOf(store, node, unit)?.active ?? false;

export function startUnit(store: Store, wakeUps: WakeUps, node: string, unit: string, at: Instant): void {
  const before = unitOf(store, node, unit);
  if (before?.active) return;
  store.put(key(node, unit), {
    active: true,
    enabled: before?.enabled ?? true,
    since: at,
    starts: (before?.starts ?? 0) + 1,
  } satisfies Unit);
  if (unit === 'kubelet') store.put(listener(node), { unit, component: 'kubelet' } satisfies Listener);
  wakeUps.set('kubelet', node, at, 'progress');
}

export function stopUnit(store: Store, wakeUps: WakeUps, node: string, unit: string, at: Instant): void {
  const before = unitOf(store, node, unit);
  if (!before?.active) return;
  store.put(key(node, unit), { ...before, active: false, since: at } satisfies Unit);
  if (unit === 'kubelet') store.delete(listener(node));
  wakeUps.set('kubelet', node, at, 'progress');
}
