// `describe` of persistent volumes, their claims, and storage classes.
import type { V1PersistentVolume, V1PersistentVolumeClaim, V1Pod, V1StorageClass } from '../../api/generated/types.ts';
import type { Describe } from './describer.ts';
import { bool, Description, longTime, pairs, since } from './description.ts';
import { describeEvents } from './events.ts';
import { shortModes, sourceLines } from './volumes.ts';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

const finalizers = (list: readonly string[] | undefined): string => `[${(list ?? []).join(' ')}]`;

export const describePersistentVolume: Describe = async (object, around) => {
  const { metadata = {}, spec, status } = object as unknown as V1PersistentVolume;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, `Finalizers:\t${finalizers(metadata.finalizers)}`);
  out.line(0, `StorageClass:\t${spec?.storageClassName ?? ''}`);
  out.line(
    0,
    `Status:\t${metadata.deletionTimestamp ? `Terminating (lasts ${since(metadata.deletionTimestamp, around.now())})` : (status?.phase ?? '')}`,
  );
  out.line(0, `Claim:\t${spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : ''}`);
  out.line(0, `Reclaim Policy:\t${spec?.persistentVolumeReclaimPolicy ?? ''}`);
  out.line(0, `Access Modes:\t${shortModes(spec?.accessModes)}`);
  if (spec?.volumeMode) out.line(0, `VolumeMode:\t${spec.volumeMode}`);
  out.line(0, `Capacity:\t${spec?.capacity?.storage ?? ''}`);
  describeAffinity(out, spec?.nodeAffinity);
  out.line(0, `Message:\t${status?.message ?? ''}`);
  out.line(0, 'Source:');
  for (const line of persistentSource(spec)) out.line(2, line);
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};

type Spec = V1PersistentVolume['spec'];

function persistentSource(spec: Spec): string[] {
  if (spec?.local) return ['Type:\tLocalVolume (a persistent volume backed by local storage on a node)', `Path:\t${spec.local.path}`];
  if (spec?.csi) {
    const { driver, fsType = '', volumeHandle, readOnly = false, volumeAttributes = {} } = spec.csi;
    const keys = Object.keys(volumeAttributes).sort();
    return [
      'Type:\tCSI (a Container Storage Interface (CSI) volume source)',
      `Driver:\t${driver}`,
      `FSType:\t${fsType}`,
      `VolumeHandle:\t${volumeHandle}`,
      `ReadOnly:\t${readOnly}`,
      ...(keys.length === 0
        ? ['VolumeAttributes:\t<none>']
        : keys.map((key, i) => `${i === 0 ? 'VolumeAttributes:' : ''}\t${key}=${volumeAttributes[key] ?? ''}`)),
    ];
  }
  const { hostPath, nfs } = spec ?? {};
  return sourceLines({ ...(hostPath ? { hostPath } : {}), ...(nfs ? { nfs } : {}) });
}

function describeAffinity(out: Description, affinity: NonNullable<Spec>['nodeAffinity']): void {
  const terms = affinity?.required?.nodeSelectorTerms ?? [];
  if (terms.length === 0) {
    out.line(0, 'Node Affinity:\t<none>');
    return;
  }
  out.line(0, 'Node Affinity:');
  out.line(1, 'Required Terms:');
  terms.forEach(({ matchExpressions = [] }, i) => {
    const texts = matchExpressions.map(
      ({ key, operator, values = [] }) => `${key} ${operator.toLowerCase()}${values.length > 0 ? ` [${values.join(', ')}]` : ''}`,
    );
    out.line(2, `Term ${i}:\t${texts[0] ?? '<none>'}`);
    for (const text of texts.slice(1)) out.line(2, `\t${text}`);
  });
}

export const describePersistentVolumeClaim: Describe = async (object, around) => {
  const { metadata = {}, spec, status } = object as unknown as V1PersistentVolumeClaim;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.line(0, `StorageClass:\t${spec?.storageClassName ?? ''}`);
  out.line(
    0,
    `Status:\t${metadata.deletionTimestamp ? `Terminating (lasts ${since(metadata.deletionTimestamp, around.now())})` : (status?.phase ?? '')}`,
  );
  out.line(0, `Volume:\t${spec?.volumeName ?? ''}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, `Finalizers:\t${finalizers(metadata.finalizers)}`);
  const bound = Boolean(spec?.volumeName);
  out.line(0, `Capacity:\t${bound ? (status?.capacity?.storage ?? '0') : ''}`);
  out.line(0, `Access Modes:\t${bound ? shortModes(status?.accessModes) : ''}`);
  if (spec?.volumeMode) out.line(0, `VolumeMode:\t${spec.volumeMode}`);
  const source = spec?.dataSource;
  if (source) {
    out.line(0, 'DataSource:');
    if (source.apiGroup) out.line(1, `APIGroup:\t${source.apiGroup}`);
    out.line(1, `Kind:\t${source.kind}`);
    out.line(1, `Name:\t${source.name}`);
  }
  const pods = await around.list<V1Pod>('pods', metadata.namespace);
  const users = pods.filter(({ spec: podSpec }) =>
    podSpec?.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === metadata.name),
  );
  out.titled('Used By', users.map(({ metadata: { name = '' } = {} }) => name).sort());
  if (status?.conditions?.length) {
    out.line(0, 'Conditions:');
    out.line(1, 'Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage');
    out.line(1, '----\t------\t-----------------\t------------------\t------\t-------');
    for (const { type, status: value, lastProbeTime, lastTransitionTime, reason = '', message = '' } of status.conditions) {
      out.line(1, `${type} \t${value} \t${longTime(lastProbeTime)} \t${longTime(lastTransitionTime)} \t${reason} \t${message}`);
    }
  }
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};

export const describeStorageClass: Describe = async (object, around) => {
  const {
    metadata = {},
    provisioner,
    parameters,
    allowVolumeExpansion,
    mountOptions = [],
    reclaimPolicy,
    volumeBindingMode,
  } = object as unknown as V1StorageClass;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `IsDefaultClass:\t${metadata.annotations?.[DEFAULT_CLASS] === 'true' ? 'Yes' : 'No'}`);
  out.line(0, `Annotations:\t${pairs(metadata.annotations)}`);
  out.line(0, `Provisioner:\t${provisioner}`);
  out.line(0, `Parameters:\t${pairs(parameters)}`);
  out.line(0, `AllowVolumeExpansion:\t${allowVolumeExpansion === undefined ? '<unset>' : bool(allowVolumeExpansion)}`);
  if (mountOptions.length === 0) out.line(0, 'MountOptions:\t<none>');
  else {
    out.line(0, 'MountOptions:');
    for (const option of mountOptions) out.line(1, option);
  }
  if (reclaimPolicy) out.line(0, `ReclaimPolicy:\t${reclaimPolicy}`);
  if (volumeBindingMode) out.line(0, `VolumeBindingMode:\t${volumeBindingMode}`);
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};
