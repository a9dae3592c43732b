// pkg/apis/core/v1/defaults.go for volumes.
import type { V1DownwardAPIVolumeFile, V1PersistentVolumeClaimSpec, V1Volume } from '../../generated/types.ts';
import { pullPolicyOf } from './pull-policy.ts';

const MODE = 0o644;
const TOKEN_SECONDS = 3600;

/** A volume that names no source is an emptyDir. */
export function defaultVolume(volume: V1Volume): void {
  if (Object.keys(volume).every((field) => field === 'name')) volume.emptyDir = {};
  if (volume.secret) volume.secret.defaultMode ??= MODE;
  if (volume.configMap) volume.configMap.defaultMode ??= MODE;
  if (volume.hostPath) volume.hostPath.type ??= '';
  if (volume.downwardAPI) {
    volume.downwardAPI.defaultMode ??= MODE;
    for (const item of volume.downwardAPI.items ?? []) defaultFile(item);
  }
  if (volume.projected) {
    volume.projected.defaultMode ??= MODE;
    for (const { serviceAccountToken, downwardAPI } of volume.projected.sources ?? []) {
      if (serviceAccountToken) serviceAccountToken.expirationSeconds ??= TOKEN_SECONDS;
      for (const item of downwardAPI?.items ?? []) defaultFile(item);
    }
  }
  if (volume.ephemeral?.volumeClaimTemplate) {
    volume.ephemeral.volumeClaimTemplate.spec ??= {};
    defaultClaimSpec(volume.ephemeral.volumeClaimTemplate.spec);
  }
  if (volume.image) volume.image.pullPolicy ||= pullPolicyOf(volume.image.reference ?? '');
  if (volume.iscsi) volume.iscsi.iscsiInterface ||= 'default';
  if (volume.rbd) {
    volume.rbd.pool ||= 'rbd';
    volume.rbd.user ||= 'admin';
    volume.rbd.keyring ||= '/etc/ceph/keyring';
  }
}

export function defaultClaimSpec(spec: V1PersistentVolumeClaimSpec): void {
  spec.volumeMode ??= 'Filesystem';
  spec.resources ??= {};
}

function defaultFile({ fieldRef, resourceFieldRef }: V1DownwardAPIVolumeFile): void {
  if (fieldRef) fieldRef.apiVersion ||= 'v1';
  if (resourceFieldRef) resourceFieldRef.divisor ||= '0';
}
