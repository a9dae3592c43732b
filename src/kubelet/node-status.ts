// Plays the kubelet's node registration, status and lease; finds static Pods. Heartbeats repeat in closed form: nothing is written
// while nothing changes. Pressure conditions and eviction are left out.
import { Lease } from '../api/coordination/lease.ts';
import { Node } from '../api/core/node.ts';
import { Pod } from '../api/core/pod.ts';
import type { V1NodeCondition, V1NodeStatus } from '../api/generated/types.ts';
import { imagesOn } from '../cri/runtime/images.ts';
import { type Clock, type Instant, minutes, parseTime, rfc3339, rfc3339Micro, seconds } from '../machinery/clock.ts';
import { DialError } from '../machinery/dialer.ts';
import type { ReconcileResult, WakeUps } from '../machinery/loop.ts';
import { occurrences, type Recurrences } from '../machinery/recurrence.ts';
import { isConflict, isNotFound, StatusError } from '../machinery/status.ts';
import type { NodeMachine } from '../node/machine.ts';
import { isRunning as isUnitRunning, KUBELET_PORT, unitOf } from '../node/units.ts';
import type { Agent } from './agent.ts';
import { MIRROR } from './pod-source.ts';
import { NETWORK_NOT_READY } from './sandbox.ts';
import { staticPodsOf } from './static-pods.ts';

const LEASE_PERIOD = seconds(10);
const HEARTBEAT_PERIOD = minutes(5);
/** For how long a kubelet that finds no API server counts as still starting. */
const STARTING = minutes(2);

export interface NodeSyncOptions {
  clock: Clock;
  wakeUps: WakeUps;
  recurrences: Recurrences;
}

export async function syncNode(agent: Agent, options: NodeSyncOptions): Promise<ReconcileResult | undefined> {
  const { node, store, clock } = agent;
  const unit = unitOf(store, node, 'kubelet');
  if (!unit?.active) {
    await endHeartbeats(agent, options);
    return undefined;
  }
  for (const { metadata } of await staticPodsOf(agent)) wakeOnce(agent, options, `${metadata.namespace}/${metadata.name}`);
  forgottenStatics(agent, options);
  try {
    await registerNode(agent, options);
    await renewLease(agent, options);
  } catch (error) {
    if (!(error instanceof DialError || error instanceof StatusError)) throw error;
    const starting = clock.now() - unit.since < STARTING;
    return { requeueAfter: starting ? seconds(1) : seconds(10), class: starting ? 'progress' : 'recurrence' };
  }
  if (noteStart(agent, unit.starts)) {
    for (const key of await podsHere(agent)) wakeOnce(agent, options, key);
  }
  return undefined;
}

/** Puts a Pod into the queue unless it waits for an instant of its own already. */
function wakeOnce({ node, clock }: Agent, { wakeUps }: NodeSyncOptions, pod: string): void {
  wakeUps.set('kubelet', `${node}/${pod}#wake`, clock.now(), 'progress');
}

/** Static Pods whose manifests are gone: the kubelet still has a record of them. */
function forgottenStatics(agent: Agent, options: NodeSyncOptions): void {
  const prefix = `/kubemu/kubelet/${agent.node}/pods/`;
  for (const [key, record] of agent.store.range<{ source: string }>(prefix)) {
    if (record.source === 'file') wakeOnce(agent, options, key.slice(prefix.length));
  }
}

/** True once after each start of the kubelet. */
function noteStart({ store, node }: Agent, starts: number): boolean {
  const key = `/kubemu/kubelet/${node}/starts`;
  if (store.get<number>(key) === starts) return false;
  store.put(key, starts);
  return true;
}

async function podsHere({ client, node }: Agent): Promise<string[]> {
  const pods = await client.list(Pod, { fieldSelector: `spec.nodeName=${node}` });
  return pods.filter(({ metadata }) => !metadata.annotations?.[MIRROR]).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

async function registerNode(agent: Agent, { recurrences }: NodeSyncOptions): Promise<void> {
  const { client, machine, node, clock } = agent;
  const known = await client.get(Node, { name: node });
  const object =
    known ??
    (await client.create(Node, {
      metadata: { name: node, labels: labelsOf(machine), annotations: ANNOTATIONS },
      spec: machine.taints.length > 0 ? { taints: [...machine.taints] } : {},
    }));
  if (!known) await agent.event({ ...object, metadata: { name: node, uid: node } }, 'Normal', 'Starting', 'Starting kubelet.');
  const before = object.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  const status = nodeStatus(agent, object.status, clock.now());
  if (sameApartFromHeartbeats(object.status, status)) {
    if (!recurrences.current(nodeKey(node)))
      recurrences.start(nodeKey(node), { kind: 'heartbeat', from: clock.now(), period: HEARTBEAT_PERIOD });
    return;
  }
  await client.updateStatus(Node, object, { ...object.status, ...status });
  recurrences.start(nodeKey(node), { kind: 'heartbeat', from: clock.now(), period: HEARTBEAT_PERIOD });
  await announce(agent, object, before, status);
}

const ANNOTATIONS = { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' };

async function announce(agent: Agent, object: Node, before: string | undefined, status: V1NodeStatus): Promise<void> {
  const regarding = { ...object, metadata: { name: agent.node, uid: agent.node } };
  if (before === undefined) {
    for (const reason of ['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID']) {
      await agent.event(regarding, 'Normal', reason, `Node ${agent.node} status is now: ${reason}`);
    }
    await agent.event(regarding, 'Normal', 'NodeAllocatableEnforced', 'Updated Node Allocatable limit across pods');
  }
  const after = status.conditions?.find(({ type }) => type === 'Ready')?.status;
  if (after === before || (before === undefined && after !== 'True')) return;
  const reason = after === 'True' ? 'NodeReady' : 'NodeNotReady';
  await agent.event(regarding, 'Normal', reason, `Node ${agent.node} status is now: ${reason}`);
}

async function renewLease({ client, node, clock }: Agent, { recurrences }: NodeSyncOptions): Promise<void> {
  const key = { namespace: 'kube-node-lease', name: node };
  const renewTime = rfc3339Micro(clock.now());
  const known = await client.get(Lease, key);
  if (known && recurrences.current(leaseKey(node))) return;
  if (known) {
    await client.update(Lease, { ...known, spec: { ...known.spec, renewTime } });
  } else {
    const owner = await client.get(Node, { name: node });
    await client.create(Lease, {
      metadata: {
        ...key,
        ...(owner ? { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: node, uid: owner.metadata.uid }] } : {}),
      },
      spec: { holderIdentity: node, leaseDurationSeconds: 40, renewTime },
    });
  }
  recurrences.start(leaseKey(node), { kind: 'lease', from: clock.now(), period: LEASE_PERIOD });
}

/** The kubelet has stopped: what it wrote last becomes what the objects hold. */
async function endHeartbeats({ client, node, clock }: Agent, { recurrences }: NodeSyncOptions): Promise<void> {
  const lease = recurrences.current(leaseKey(node));
  const heartbeat = recurrences.current(nodeKey(node));
  recurrences.stop(leaseKey(node));
  recurrences.stop(nodeKey(node));
  try {
    const held = lease && (await client.get(Lease, { namespace: 'kube-node-lease', name: node }));
    if (held)
      await client.update(Lease, { ...held, spec: { ...held.spec, renewTime: rfc3339Micro(occurrences(lease, clock.now()).last) } });
    const object = heartbeat && (await client.get(Node, { name: node }));
    if (!object) return;
    const lastHeartbeatTime = rfc3339(occurrences(heartbeat, clock.now()).last);
    const conditions = object.status?.conditions?.map((condition) =>
      OWN_CONDITIONS.has(condition.type) ? { ...condition, lastHeartbeatTime } : condition,
    );
    await client.updateStatus(Node, object, { ...object.status, conditions });
  } catch (error) {
    if (!(error instanceof DialError) && !isNotFound(error) && !isConflict(error)) throw error;
  }
}

const leaseKey = (node: string): string => `leases/kube-node-lease/${node}`;
const nodeKey = (node: string): string => `minions/${node}`;
const OWN_CONDITIONS = new Set(['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready']);

const labelsOf = ({ name, architecture, labels }: NodeMachine): Record<string, string> => ({
  'beta.kubernetes.io/arch': architecture,
  'beta.kubernetes.io/os': 'linux',
  'kubernetes.io/arch': architecture,
  'kubernetes.io/hostname': name,
  'kubernetes.io/os': 'linux',
  ...labels,
});

/** What the node has, and what Pods may use: 100 MiB are kept back for eviction, and a tenth of the disk. */
const capacityOf = (machine: NodeMachine): Record<string, string> => ({
  cpu: String(machine.cpu),
  'ephemeral-storage': `${machine.diskKi}Ki`,
  'hugepages-1Gi': '0',
  'hugepages-2Mi': '0',
  memory: `${machine.memoryKi}Ki`,
  pods: String(machine.pods),
});

export const allocatableOf = (machine: NodeMachine): Record<string, string> => ({
  ...capacityOf(machine),
  'ephemeral-storage': String(Math.floor(machine.diskKi * 1024 * 0.9)),
  memory: `${machine.memoryKi - 102_400}Ki`,
});

function nodeStatus(agent: Agent, before: V1NodeStatus | undefined, now: Instant): V1NodeStatus {
  const { machine, store, node } = agent;
  const condition = (type: string, status: string, reason: string, message: string): V1NodeCondition => {
    const old = before?.conditions?.find((known) => known.type === type);
    const since = old?.status === status && old.lastTransitionTime ? parseTime(old.lastTransitionTime) : now;
    return { type, status, lastHeartbeatTime: rfc3339(now), lastTransitionTime: rfc3339(since), reason, message };
  };
  const runtime = isUnitRunning(store, node, 'containerd');
  const ready = runtime && machine.cni === 'installed';
  const why = !runtime ? 'container runtime is down' : NETWORK_NOT_READY;
  const own = [
    condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    ready
      ? condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status')
      : condition('Ready', 'False', 'KubeletNotReady', why),
  ];
  const others = (before?.conditions ?? []).filter(({ type }) => !OWN_CONDITIONS.has(type));
  const { architecture, bootID, runtimeVersion, kernelVersion, kubeletVersion, machineID, osImage, systemUUID } = machine;
  const images = imagesOn(store, node)
    .map(([, { repository, tag, digest, size }]) => ({
      names: [`${repository}@${digest}`, ...(tag ? [`${repository}:${tag}`] : [])],
      sizeBytes: size,
    }))
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, 50);
  return {
    addresses: [
      { type: 'InternalIP', address: machine.address },
      { type: 'Hostname', address: node },
    ],
    allocatable: allocatableOf(machine),
    capacity: capacityOf(machine),
    conditions: [...others, ...own],
    daemonEndpoints: { kubeletEndpoint: { Port: KUBELET_PORT } },
    ...(images.length > 0 ? { images } : {}),
    nodeInfo: {
      architecture,
      bootID,
      containerRuntimeVersion: runtimeVersion,
      kernelVersion,
      kubeProxyVersion: '',
      kubeletVersion,
      machineID,
      operatingSystem: 'linux',
      osImage,
      swap: { capacity: 0 },
      systemUUID,
    },
    runtimeHandlers: [
      { name: '', features: { recursiveReadOnlyMounts: true, userNamespaces: true } },
      { name: 'runc', features: { recursiveReadOnlyMounts: true, userNamespaces: true } },
    ],
    features: { supplementalGroupsPolicy: true },
  };
}

/** Images and heartbeats alone are no reason to write: they go out with the next change. */
function sameApartFromHeartbeats(before: V1NodeStatus | undefined, after: V1NodeStatus): boolean {
  const essence = (status: V1NodeStatus | undefined): string =>
    JSON.stringify([
      status?.addresses,
      status?.capacity,
      status?.nodeInfo?.bootID,
      status?.conditions
        ?.filter(({ type }) => OWN_CONDITIONS.has(type))
        .map(({ type, status: is, reason, message }) => [type, is, reason, message]),
    ]);
  return essence(before) === essence(after);
}
