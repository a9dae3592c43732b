// Which volumes a claim may have: k8s.io/component-helpers/storage/volume. Used by the binder and by the scheduler.
import type { V1NodeSelector, V1ObjectReference, V1PersistentVolumeClaimSpec, V1PersistentVolumeSpec } from '../api/generated/types.ts';
import { type Labels, selects } from './label-selector.ts';
import { matchesNodeSelector } from './node-affinity.ts';
import { value } from './quantity.ts';

interface Named {
  metadata: {
    name: string;
    namespace?: string | undefined;
    uid: string;
    labels?: Labels | undefined;
    deletionTimestamp?: string | undefined;
  };
}
type Claim = Named & { spec: V1PersistentVolumeClaimSpec };
type Volume = Named & { spec: V1PersistentVolumeSpec; status?: { phase?: string | undefined } | undefined };

export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

/** The smallest free volume that has what the claim asks for; one that is meant for this claim comes first. */
export function findVolume<V extends Volume>(claim: Claim, volumes: readonly V[], node?: Named): V | undefined {
  const fitting = volumes.filter((volume) => suits(claim, volume) && (!node || isReachable(volume.spec.nodeAffinity?.required, node)));
  const meant = fitting.find(({ spec }) => spec.claimRef);
  return meant ?? fitting.sort((a, b) => storage(a) - storage(b) || (a.metadata.name < b.metadata.name ? -1 : 1))[0];
}

function suits(claim: Claim, volume: Volume): boolean {
  const { spec, metadata } = volume;
  if (metadata.deletionTimestamp) return false;
  if (spec.claimRef && !isFor(spec.claimRef, claim)) return false;
  const { selector, volumeName } = claim.spec;
  if (volumeName && volumeName !== metadata.name) return false;
  if (spec.claimRef) return isLargeEnough(claim, volume) && hasMode(claim, volume);
  return mismatch(claim, volume) === undefined && (Boolean(volumeName) || !selector || selects(selector, metadata.labels));
}

/** Why a claim cannot have a volume, in the binder's words. */
export function mismatch(claim: Claim, volume: Volume): string | undefined {
  const { accessModes = [], storageClassName = '' } = claim.spec;
  if (!isLargeEnough(claim, volume)) return 'requested PV is too small';
  if ((volume.spec.storageClassName ?? '') !== storageClassName) return 'storageClassName does not match';
  if (!hasMode(claim, volume)) return 'incompatible volumeMode';
  return accessModes.every((mode) => volume.spec.accessModes?.includes(mode)) ? undefined : 'incompatible accessMode';
}

const isLargeEnough = (claim: Claim, volume: Volume): boolean => storage(volume) >= requested(claim);
const hasMode = (claim: Claim, { spec }: Volume): boolean => (spec.volumeMode ?? 'Filesystem') === (claim.spec.volumeMode ?? 'Filesystem');

/** A reference made by hand has no uid yet. */
export function isFor(claimRef: V1ObjectReference, { metadata }: Named): boolean {
  return claimRef.name === metadata.name && claimRef.namespace === metadata.namespace && (!claimRef.uid || claimRef.uid === metadata.uid);
}

export const isReachable = (required: V1NodeSelector | undefined, node: Named): boolean => !required || matchesNodeSelector(required, node);

const storage = ({ spec }: Volume): number => value(spec.capacity?.storage ?? '0');
const requested = ({ spec }: Claim): number => value(spec.resources?.requests?.storage ?? '0');
