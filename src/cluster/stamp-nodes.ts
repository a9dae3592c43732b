// A cluster of thousands of nodes in a second: the first workers come up as always, and then one more, a template on which nothing runs
// but what runs on every node. The other workers are its copies (stamp.ts): machine, kubelet, Node, Lease and the Pods of DaemonSets,
// under names, addresses and ids of their own. The template itself is taken away again, and no trace of it is left. What did not happen
// for copies: Events, and the requests that made them.
import type { Pod } from '../api/core/pod.ts';
import type { KubeObject } from '../machinery/object.ts';
import { wordPattern } from '../machinery/words.ts';
import type { NodeMachine } from '../node/machine.ts';
import type { StateFile } from '../state/file.ts';
import type { Keyspace } from '../state/keyspace.ts';
import type { Cluster } from './cluster.ts';
import type { NodeFacts } from './facts.ts';
import { NEVER, patternOf } from './stamp.ts';
import { isMachine, ownWords, type Part, partOf, sharedMachine, shareMachine } from './stamp-pods.ts';

/** Up to so many workers come up one by one, as always. */
const FEW = 10;
/** So many of more do, so that add-ons find a place. */
const FIRST = 3;

export interface Plan {
  /** Nodes that come up as always. */
  early: readonly NodeFacts[];
  /** Workers that are copies. */
  copies: readonly NodeFacts[];
}

/** @param isOrdinary the worker is like most others */
export function planOf(nodes: readonly NodeFacts[], isOrdinary: (node: NodeFacts) => boolean): Plan {
  const ordinary = nodes.filter((node) => node.role === 'worker' && isOrdinary(node));
  if (ordinary.length <= FEW) return { early: nodes, copies: [] };
  const copies = new Set(ordinary.slice(FIRST));
  return { early: nodes.filter((node) => !copies.has(node)), copies: [...copies] };
}

/** @param before keys that were there before the template joined */
export function stampNodes(
  cluster: Cluster,
  file: Pick<StateFile, 'putText'>,
  template: NodeFacts,
  copies: readonly NodeFacts[],
  before: ReadonlySet<string>,
): void {
  const { keyspace, random, store } = cluster.parts;
  const node = keyspace.value<KubeObject>(`/registry/minions/${template.name}`);
  const lease = keyspace.value<KubeObject>(`/registry/leases/kube-node-lease/${template.name}`);
  const machine = store.get<NodeMachine>(`/kubemu/nodes/${template.name}/machine`);
  if (!node || !lease || !machine) throw new Error(`the node ${template.name} did not join`);
  const pods = [...keyspace.range<Pod>('/registry/pods/')]
    .filter(({ value }) => value.spec.nodeName === template.name)
    .map(({ value }) => value);
  const parts = pods.map((pod) => partOf(cluster, pod));
  const own = (part: Part): string[] => ownWords(part).filter((word) => word !== template.ip && word !== '');
  const words = [
    template.name,
    template.ip,
    template.podCIDR,
    node.metadata.uid,
    lease.metadata.uid,
    machine.machineID,
    machine.systemUUID,
    machine.bootID,
    ...parts.flatMap(own),
  ];
  const like = (i: number): string => `${random.hex('stamp-shared', template.name, i, 16)}-${i}`;
  const machineWords = (part: Part): string[] => [template.name, template.ip, ...own(part)];
  for (const [i, part] of parts.entries()) shareMachine(cluster.parts, part, machineWords(part), like(i));
  const pattern = patternOf({
    keyspace,
    putText: (key, text) => file.putText(key, text),
    before,
    words,
    leftOut: NEVER,
    prepare(key, value) {
      const i = isMachine(key) ? parts.findIndex(({ uid }) => key.includes(uid)) : -1;
      const part = parts[i];
      return [key, part ? sharedMachine(like(i), machineWords(part)) : value];
    },
  });
  takeAway(keyspace, words);
  const taken = new Set<string>();
  const podName = (pod: Pod, of: string): string => {
    const start = pod.metadata.generateName ?? `${pod.metadata.name}-`;
    for (let n = 0; ; n++) {
      const name = start + random.suffix('stamp-pod', `${of}/${start}`, n);
      if (taken.has(name) || keyspace.get(`/registry/pods/${pod.metadata.namespace}/${name}`)) continue;
      taken.add(name);
      return name;
    }
  };
  for (const { name, ip, podCIDR } of copies) {
    const to = new Map([
      [template.name, name],
      [template.ip, ip],
      [template.podCIDR, podCIDR],
      [node.metadata.uid, random.uuid('stamp-node', name)],
      [lease.metadata.uid, random.uuid('stamp-lease', name)],
      [machine.machineID, random.hex('machine-id', name, 0, 32)],
      [machine.systemUUID, random.uuid('system-uuid', name)],
      [machine.bootID, random.uuid('boot-id', name)],
    ]);
    for (const [i, part] of parts.entries()) {
      const pod = pods[i] as Pod;
      const key = `${name}/${pod.metadata.generateName}`;
      to.set(part.uid, random.uuid('stamp-pod', key));
      to.set(part.name, podName(pod, name));
      if (part.volume) to.set(part.volume, `kube-api-access-${random.suffix('stamp-volume', key)}`);
      for (const [n, id] of part.ids.entries()) to.set(id, random.hex('stamp-id', key, n, 64));
    }
    pattern.stamp(to);
  }
  for (const pod of pods) count(keyspace, pod, copies.length - 1);
}

const RECORDS = '/kubemu/records/';

/** Deletes every key of the template, and the records of requests about it. */
function takeAway(keyspace: Keyspace, words: readonly string[]): void {
  const mine = wordPattern(words);
  const isMine = (text: string): boolean => text.split(mine).length > 1;
  for (const key of [...keyspace.keys('/')]) {
    if (isMine(key) || (key.startsWith(RECORDS) && isMine(JSON.stringify(keyspace.value(key))))) keyspace.delete(key);
  }
}

interface DaemonSet extends KubeObject {
  status: Record<string, number>;
}

const COUNTS = ['currentNumberScheduled', 'desiredNumberScheduled', 'numberReady', 'updatedNumberScheduled', 'numberAvailable'];

/** The status of the DaemonSet whose Pod was copied. */
function count(keyspace: Keyspace, pod: Pod, more: number): void {
  const owner = pod.metadata.ownerReferences?.find(({ kind }) => kind === 'DaemonSet');
  const key = `/registry/daemonsets/${pod.metadata.namespace}/${owner?.name}`;
  const set = keyspace.value<DaemonSet>(key);
  if (!set) throw new Error(`${pod.metadata.namespace}/${pod.metadata.name} runs on every node, but belongs to no DaemonSet`);
  const status = { ...set.status };
  for (const name of COUNTS) status[name] = (status[name] ?? 0) + more;
  keyspace.put(key, { ...set, metadata: { ...set.metadata, resourceVersion: String(keyspace.revision + 1) }, status });
}
