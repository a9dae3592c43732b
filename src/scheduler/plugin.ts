// The plugin interfaces of the scheduling framework, as far as the default profile uses them.

import type { Namespace } from '../api/core/namespace.ts';
import type { PersistentVolume } from '../api/core/persistentvolume.ts';
import type { PersistentVolumeClaim } from '../api/core/persistentvolumeclaim.ts';
import type { Pod } from '../api/core/pod.ts';
import type { StorageClass } from '../api/storage/storageclass.ts';
import type { NodeInfo } from './node-info.ts';

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
}

/** What the plugins see in one scheduling cycle. */
export interface Cycle {
  pod: Pod;
  /** All nodes, in order of their names. */
  nodes: readonly NodeInfo[];
  namespaces: readonly Namespace[];
  volumes: PodVolumes;
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
  /** Which changes could turn a rejection by this plugin (QueueingHints). */
  wokenBy: readonly WakingEvent[];
}

export type WakingEvent = 'node' | 'pod-added' | 'pod-deleted' | 'pod-labels' | 'volume' | 'namespace';

export interface ScorePlugin {
  readonly name: string;
  /** A raw score per node; {@link ScorePlugin.normalize} brings it to 0 … 100. Undefined: nothing to say about this Pod. */
  score(cycle: Cycle, node: NodeInfo): number;
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
  const most = Math.max(0, ...scores);
  if (most === 0) return scores.map((score) => (reverse ? MAX_SCORE : score));
  return scores.map((score) => {
    const share = Math.trunc((MAX_SCORE * score) / most);
    return reverse ? MAX_SCORE - share : share;
  });
}
