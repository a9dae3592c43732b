// What makes one Pod's lines its own, for stamp.ts; and the processes of copies, which are kept once for all that were made alike.
import type { Pod } from '../api/core/pod.ts';
import type { SharedMachine } from '../cri/runtime/sandboxes.ts';
import { replaceWords, type Words } from '../machinery/words.ts';
import type { Cluster } from './cluster.ts';

/** What is one Pod's own. */
export interface Part {
  pod: Pod;
  node: string;
  host: string;
  uid: string;
  name: string;
  address: string;
  /** Name of the volume with its token. */
  volume: string | undefined;
  /** Of its sandbox and containers. */
  ids: readonly string[];
}

export const ownWords = ({ uid, name, address, volume, ids }: Part): string[] => [uid, name, address, ...(volume ? [volume] : []), ...ids];

export function partOf({ facts, parts: { keyspace } }: Cluster, pod: Pod): Part {
  const { metadata, spec, status } = pod;
  const node = spec.nodeName ?? '';
  const sandbox = keyspace.value<{ id: string }>(`/kubemu/cri/${node}/${metadata.uid}/sandbox`);
  const containers = (status?.containerStatuses ?? []).map(({ containerID = '' }) => containerID.replace('containerd://', ''));
  return {
    pod,
    node,
    host: facts.nodes.find(({ name }) => name === node)?.ip ?? '',
    uid: metadata.uid,
    name: metadata.name,
    address: status?.podIP ?? '',
    volume: spec.volumes?.find(({ name }) => name.startsWith('kube-api-access-'))?.name,
    ids: [...(sandbox ? [sandbox.id] : []), ...containers],
  };
}

/** The machine of a copy: that of {@link shareMachine} with the copy's words, of which there must be as many. */
export const sharedMachine = (like: string, words: readonly string[]): SharedMachine => ({
  like,
  words: words.map((word, n) => [`fillword${n}`, word]),
});

/** Keeps a Pod's machine once for all its copies, under a name that holds none of its words. */
export function shareMachine({ keyspace, store }: Cluster['parts'], { node, uid }: Part, words: readonly string[], like: string): void {
  const machine = JSON.stringify(keyspace.value(`/kubemu/cri/${node}/${uid}/machine`));
  const marks: Words = words.map((word, n) => [word, `fillword${n}`]);
  store.put(`/kubemu/cri/.shared/${like}`, JSON.parse(replaceWords(machine, marks)));
}

export const isMachine = (key: string): boolean => key.startsWith('/kubemu/cri/') && key.endsWith('/machine');
