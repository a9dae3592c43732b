// What the Pods on a node add up to, kept as an index key for each node, so that the scheduler need not read the Pods. The key is exact
// where it is there; where it is missing nobody has counted yet, and whoever needs it counts and puts it.
import type { Store } from '../../../machinery/store.ts';
import type { Pod } from '../pod.ts';
import { type Footprint, footprintOf, holdsResources, takesTheSame } from './footprint.ts';

type Counts = Readonly<Record<string, number>>;

export interface NodeTotals {
  pods: number;
  requested: Counts;
  /** CPU in thousandths and memory in bytes, with defaults for containers that request none. */
  nonZero: readonly [cpu: number, memory: number];
  /** How many Pods have which priority. */
  priorities: Counts;
  hostPorts?: Counts;
  claims?: Counts;
  disks?: Counts;
  /** Pods with pod affinity or anti-affinity: `namespace/name`. */
  affine?: Counts;
}

export const NO_PODS: NodeTotals = { pods: 0, requested: {}, nonZero: [0, 0], priorities: {} };

export const TOTALS = '/kubemu/index/pods/totals/';
const INDEX = '/kubemu/index/pods/node/';

export const readTotals = (store: Store, node: string): NodeTotals | undefined => store.get<NodeTotals>(TOTALS + node);
export const putTotals = (store: Store, node: string, totals: NodeTotals): void => store.put(TOTALS + node, totals);

/** Follows one change of a Pod, before the index of Pods by node does. */
export function followTotals(store: Store, before: Pod | undefined, after: Pod | undefined): void {
  if (before && after && takesTheSame(before, after)) return;
  if (before?.spec.nodeName && holdsResources(before)) change(store, before.spec.nodeName, before, -1);
  if (after?.spec.nodeName && holdsResources(after)) change(store, after.spec.nodeName, after, 1);
}

function change(store: Store, node: string, pod: Pod, sign: 1 | -1): void {
  const totals = readTotals(store, node) ?? (isEmpty(store, node) ? NO_PODS : undefined);
  if (totals) putTotals(store, node, withPod(totals, pod, sign));
}

function isEmpty(store: Store, node: string): boolean {
  for (const _ of store.keys(`${INDEX}${node}/`)) return false;
  return true;
}

export function totalsOf(pods: Iterable<Pod>): NodeTotals {
  let totals = NO_PODS;
  for (const pod of pods) if (holdsResources(pod)) totals = withPod(totals, pod, 1);
  return totals;
}

export function withPod(totals: NodeTotals, pod: Pod, times: number): NodeTotals {
  return withFootprint(totals, footprintOf(pod), `${pod.metadata.namespace}/${pod.metadata.name}`, times);
}

/** @param times negative to take Pods away */
export function withFootprint(totals: NodeTotals, footprint: Footprint, key: string, times: number): NodeTotals {
  const { requests, nonZero, priority, hostPorts, claims, disks, affine } = footprint;
  const requested: Record<string, number> = { ...totals.requested };
  for (const name of Object.keys(requests)) bump(requested, name, times * (requests[name] ?? 0));
  const priorities = { ...totals.priorities };
  bump(priorities, String(priority), times);
  const changed: NodeTotals = {
    ...totals,
    pods: totals.pods + times,
    requested,
    nonZero: [totals.nonZero[0] + times * nonZero[0], totals.nonZero[1] + times * nonZero[1]],
    priorities,
  };
  count(changed, 'hostPorts', hostPorts, times);
  count(changed, 'claims', claims, times);
  count(changed, 'disks', disks, times);
  if (affine) count(changed, 'affine', [key], times);
  return changed;
}

function count(totals: NodeTotals, what: 'hostPorts' | 'claims' | 'disks' | 'affine', keys: readonly string[], times: number): void {
  if (keys.length === 0) return;
  const counts: Record<string, number> = { ...totals[what] };
  for (const key of keys) bump(counts, key, times);
  if (Object.keys(counts).length > 0) totals[what] = counts;
  else delete totals[what];
}

function bump(counts: Record<string, number>, key: string, by: number): void {
  const count = (counts[key] ?? 0) + by;
  if (count !== 0) counts[key] = count;
  else if (key in counts) delete counts[key];
}
