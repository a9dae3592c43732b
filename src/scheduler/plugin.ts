// The plugin interfaces of the scheduling framework, as far as the default profile uses them.
import type { PersistentVolume } from '../api/core/persistentvolume.ts';
import type { PersistentVolumeClaim } from '../api/core/persistentvolumeclaim.ts';
import type { Footprint } from '../api/core/pod/footprint.ts';
import type { Pod } from '../api/core/pod.ts';
import type { CSINode } from '../api/storage/csinode.ts';
import type { CSIStorageCapacity } from '../api/storage/csistoragecapacity.ts';
import type { StorageClass } from '../api/storage/storageclass.ts';
import type { VolumeAttachment } from '../api/storage/volumeattachment.ts';
import type { Labels } from '../machinery/label-selector.ts';
import type { ClusterEvent, EventKind, OwnChange } from './events.ts';
import type { Ask, NodeInfo } from './node-info.ts';
import type { ResourceClaims } from './resource-claims.ts';
import type { Spread } from './spread.ts';

/** Why a node does not take a Pod. */
export interface Rejection {
  reasons: readonly string[];
  /** UnschedulableAndUnresolvable: evicting Pods from the node would not help. */
  unresolvable?: boolean;
}

/** What a Pod's claims need to know; empty for Pods without claims. */
export interface PodVolumes {
  claims: readonly { name: string; claim: PersistentVolumeClaim | undefined }[];
  volumes: readonly PersistentVolume[];
  classes: readonly StorageClass[];
  /** What other Pods' claims are bound to, by `namespace/name`, and how many volumes nodes can attach. */
  others: ReadonlyMap<string, PersistentVolumeClaim>;
  attachments: readonly VolumeAttachment[];
  csiNodes: ReadonlyMap<string, CSINode>;
  /** What drivers that publish it have room for; undefined for drivers that do not. */
  capacities: ReadonlyMap<string, readonly CSIStorageCapacity[]>;
}

/** A Pod that is, will be or is no more on a node. */
export interface Placed {
  pod: Pod;
  node: string;
}

/** What was read for one Pod before its cycle: the plugins ask nobody. */
export interface Facts {
  namespaces: ReadonlyMap<string, Labels>;
  volumes: PodVolumes;
  /** The Pod's topology spread constraints, own or by default, each with the Pods that it counts. */
  spreads: readonly Spread[];
  /** Pods whose labels or affinity may matter to the Pod. */
  placed: readonly Placed[];
  /** How many nodes have an image. */
  nodesWith(image: string): number;
  /** Undefined when the Pod has none. */
  resourceClaims: ResourceClaims | undefined;
}

/** What the plugins see in one scheduling cycle. */
export interface Cycle {
  pod: Pod;
  /** What the Pod takes and requests. */
  footprint: Footprint;
  ask: Ask;
  /** All nodes, in order of their names. */
  nodes: readonly NodeInfo[];
  facts: Facts;
  /** Pods that are imagined to come, and Pods that are imagined to be gone (by uid). */
  coming: readonly Placed[];
  gone: ReadonlyMap<string, Placed>;
  /** Kept by plugins for the length of the cycle: what is the same for every node is computed once. */
  memo<T>(plugin: string, compute: () => T): T;
}

export interface FilterPlugin {
  readonly name: string;
  /** PreFilter: a rejection of the Pod on every node, or the names of the only nodes worth a look. */
  preFilter?(cycle: Cycle): Rejection | { only: ReadonlySet<string> } | undefined;
  filter(cycle: Cycle, node: NodeInfo): Rejection | undefined;
  /** True when the plugin rejects no node for this Pod; then its filter is not asked. */
  passes?(cycle: Cycle): boolean;
  /** Which changes could turn a rejection by this plugin (EventsToRegister). */
  wokenBy: readonly EventKind[];
  /** Which changes of the Pod itself could do so. */
  wokenByOwn?: readonly OwnChange[];
  /** QueueingHint: could this change of such a kind help this Pod? Any could when absent. */
  helps?(event: ClusterEvent, pod: Pod): boolean;
}

export interface ScorePlugin {
  readonly name: string;
  /** A raw score per node; {@link ScorePlugin.normalize} brings it to 0 … 100. */
  score(cycle: Cycle, node: NodeInfo): number;
  /** Told which nodes will be scored. */
  preScore?(cycle: Cycle, nodes: readonly NodeInfo[]): void;
  /** True when the plugin has nothing to say about this Pod (Skip). */
  skip?(cycle: Cycle): boolean;
  normalize?(scores: readonly number[], cycle: Cycle, nodes: readonly NodeInfo[]): number[];
}

export interface WeighedScore {
  plugin: ScorePlugin;
  weight: number;
}

export const MAX_SCORE = 100;

/** helper.DefaultNormalizeScore: proportional to the highest, or reversed. */
export function proportional(scores: readonly number[], reverse = false): number[] {
  let most = 0;
  for (const score of scores) if (score > most) most = score;
  if (most === 0) return scores.map((score) => (reverse ? MAX_SCORE : score));
  return scores.map((score) => {
    const share = Math.trunc((MAX_SCORE * score) / most);
    return reverse ? MAX_SCORE - share : share;
  });
}
