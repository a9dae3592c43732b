// Volumes in descriptions: of Pods and Pod templates, and the sources of PersistentVolumes, which are worded alike.
import type { V1Volume } from '../../api/generated/types.ts';
import type { Description } from './description.ts';

export function describeVolumes(out: Description, volumes: readonly V1Volume[] | undefined, indent = ''): void {
  if (!volumes || volumes.length === 0) {
    out.line(0, `${indent}Volumes:\t<none>`);
    return;
  }
  out.line(0, `${indent}Volumes:`);
  for (const volume of volumes) {
    out.line(1, `${indent ? ' ' : ''}${volume.name}:`);
    for (const line of sourceLines(volume)) out.line(2, line);
  }
}

type Source = Omit<V1Volume, 'name'>;

/** The lines of a source, without their indentation. */
export function sourceLines(volume: Source): string[] {
  const { hostPath, emptyDir, configMap, secret, persistentVolumeClaim, projected, downwardAPI, nfs, csi, image, ephemeral } = volume;
  if (hostPath) return ['Type:\tHostPath (bare host directory volume)', `Path:\t${hostPath.path}`, `HostPathType:\t${hostPath.type ?? ''}`];
  if (emptyDir) {
    return [
      "Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)",
      `Medium:\t${emptyDir.medium ?? ''}`,
      `SizeLimit:\t${emptyDir.sizeLimit ?? '<unset>'}`,
    ];
  }
  if (configMap)
    return [
      'Type:\tConfigMap (a volume populated by a ConfigMap)',
      `Name:\t${configMap.name ?? ''}`,
      `Optional:\t${configMap.optional ?? false}`,
    ];
  if (secret)
    return [
      'Type:\tSecret (a volume populated by a Secret)',
      `SecretName:\t${secret.secretName ?? ''}`,
      `Optional:\t${secret.optional ?? false}`,
    ];
  if (persistentVolumeClaim) {
    return [
      'Type:\tPersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
      `ClaimName:\t${persistentVolumeClaim.claimName}`,
      `ReadOnly:\t${persistentVolumeClaim.readOnly ?? false}`,
    ];
  }
  if (projected) return projectedLines(projected);
  if (downwardAPI) {
    const items = (downwardAPI.items ?? []).map(
      ({ fieldRef, resourceFieldRef, path }) => `  ${fieldRef?.fieldPath ?? resourceFieldRef?.resource ?? ''} -> ${path}`,
    );
    return ['Type:\tDownwardAPI (a volume populated by information about the pod)', 'Items:', ...items];
  }
  if (nfs)
    return [
      'Type:\tNFS (an NFS mount that lasts the lifetime of a pod)',
      `Server:\t${nfs.server}`,
      `Path:\t${nfs.path}`,
      `ReadOnly:\t${nfs.readOnly ?? false}`,
    ];
  if (csi) {
    return [
      'Type:\tCSI (a Container Storage Interface (CSI) volume source)',
      `Driver:\t${csi.driver}`,
      `FSType:\t${csi.fsType ?? ''}`,
      `ReadOnly:\t${csi.readOnly ?? false}`,
      ...attributeLines(csi.volumeAttributes),
    ];
  }
  if (image)
    return [
      'Type:\tImage (a container image or OCI artifact)',
      `Reference:\t${image.reference ?? ''}`,
      `PullPolicy:\t${image.pullPolicy ?? ''}`,
    ];
  if (ephemeral) {
    const { storageClassName, volumeMode, resources, accessModes } = ephemeral.volumeClaimTemplate?.spec ?? {};
    return [
      'Type:\tEphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)',
      `StorageClass:\t${storageClassName ?? ''}`,
      `Volume:\t${''}`,
      'Labels:\t<none>',
      'Annotations:\t<none>',
      `Capacity:\t${resources?.requests?.storage ?? ''}`,
      `Access Modes:\t${shortModes(accessModes)}`,
      `VolumeMode:\t${volumeMode ?? 'Filesystem'}`,
    ];
  }
  return ['<unknown>'];
}

function projectedLines(projected: NonNullable<V1Volume['projected']>): string[] {
  const lines = ['Type:\tProjected (a volume that contains injected data from multiple sources)'];
  for (const { secret, downwardAPI, configMap, serviceAccountToken } of projected.sources ?? []) {
    if (secret) lines.push(`SecretName:\t${secret.name ?? ''}`, `Optional:\t${secret.optional ?? false}`);
    else if (downwardAPI) lines.push('DownwardAPI:\ttrue');
    else if (configMap) lines.push(`ConfigMapName:\t${configMap.name ?? ''}`, `Optional:\t${configMap.optional ?? false}`);
    else if (serviceAccountToken) lines.push(`TokenExpirationSeconds:\t${serviceAccountToken.expirationSeconds ?? 3600}`);
  }
  return lines;
}

function attributeLines(attributes: Readonly<Record<string, string>> | undefined): string[] {
  const keys = Object.keys(attributes ?? {}).sort();
  if (keys.length === 0) return ['VolumeAttributes:\t<none>'];
  return keys.map((key, i) => `${i === 0 ? 'VolumeAttributes:' : ''}\t${key}=${attributes?.[key] ?? ''}`);
}

const MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** `RWO,ROX`. */
export const shortModes = (modes: readonly string[] | undefined): string => (modes ?? []).map((mode) => MODES[mode] ?? mode).join(',');
