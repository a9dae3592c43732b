// Which parts of a cluster run while it is served: `kubemu serve --components`. Where nobody ran kubeadm there are no machines, and the
// processes of the control plane are started by hand, as integration tests of Kubernetes do it.
import type { Listener } from '../machinery/dialer.ts';
import { isRunning, startUnit, stopUnit } from '../node/units.ts';
import type { ClusterParts } from './cluster.ts';
import { controlPlaneOf } from './facts.ts';

/** In the order in which they start. etcd comes with the API server. */
export const COMPONENTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet'] as const;
export type Component = (typeof COMPONENTS)[number];
export type Components = ReadonlySet<Component>;

const PORTS: Readonly<Record<string, number>> = {
  etcd: 2379,
  'kube-apiserver': 6443,
  'kube-controller-manager': 10257,
  'kube-scheduler': 10259,
};

/** Kubelets that were stopped because they are not among the components; they start again when the server ends, or the next begins. */
const STOPPED = '/kubemu/components/stopped-kubelets';

/** Starts and stops what `components` says. Kubelets are units of machines; what their containers run goes on without them. */
export function startComponents(parts: ClusterParts, components: Components): void {
  const { facts, store, clock, wakeUps } = parts;
  const at = clock.now();
  lookAtLeases(parts);
  if (!hasMachines(facts.nodes, (node) => store.get(`/kubemu/nodes/${node}/units/kubelet`) !== undefined)) {
    startByHand({ facts, store }, components);
    return;
  }
  startStoppedKubelets(parts);
  if (components.has('kubelet')) return;
  const running = facts.nodes.map(({ name }) => name).filter((node) => isRunning(store, node, 'kubelet'));
  for (const node of running) stopUnit(store, wakeUps, node, 'kubelet', at);
  if (running.length > 0) store.put(STOPPED, running);
}

/** Those that only `--components` has stopped. */
export function startStoppedKubelets({ store, clock, wakeUps }: ClusterParts): void {
  const stopped = store.get<readonly string[]>(STOPPED);
  if (!stopped) return;
  for (const node of stopped) startUnit(store, wakeUps, node, 'kubelet', clock.now());
  store.delete(STOPPED);
}

/** Whoever leads and does not run any longer gives its lease up; who runs again takes it. */
export function lookAtLeases({ clock, wakeUps }: ClusterParts): void {
  for (const component of ['kube-controller-manager', 'kube-scheduler']) wakeUps.set('leader-election', component, clock.now(), 'progress');
}

/** Processes of the control plane that no kubelet looks after. */
export function startByHand({ facts, store }: Pick<ClusterParts, 'facts' | 'store'>, components: Components): void {
  const { name, ip } = controlPlaneOf(facts);
  store.put(`/kubemu/net/addresses/${ip}`, name);
  for (const [component, port] of Object.entries(PORTS)) {
    const key = `/kubemu/net/listeners/${name}/${port}`;
    const runs = component === 'etcd' || components.has(component as Component);
    const wanted: Listener = { component };
    if (runs && store.get(key) === undefined) store.put(key, wanted);
    if (!runs && store.get(key) !== undefined) store.delete(key);
  }
}

const hasMachines = (nodes: readonly { name: string }[], has: (node: string) => boolean): boolean => nodes.some(({ name }) => has(name));
