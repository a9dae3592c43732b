import type { Stored } from '../../machinery/object.ts';
import { blank } from '../blank.ts';
import { age, containerColumns, name } from '../columns/columns.ts';
import { defaultPodTemplate } from '../core/pod/defaults.ts';
import { defaultClaimSpec } from '../core/pod/volume-defaults.ts';
import { defineKind } from '../define.ts';
import type { V1StatefulSet, V1StatefulSetSpec } from '../generated/types.ts';

export type StatefulSet = Stored<V1StatefulSet>;

export const StatefulSet = defineKind<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  setDefaults(sts) {
    sts.spec ??= blank<V1StatefulSetSpec>();
    const { spec } = sts;
    spec.podManagementPolicy ||= 'OrderedReady';
    spec.updateStrategy ??= {};
    spec.updateStrategy.type ||= 'RollingUpdate';
    if (spec.updateStrategy.type === 'RollingUpdate') {
      spec.updateStrategy.rollingUpdate ??= {};
      spec.updateStrategy.rollingUpdate.partition ??= 0;
    }
    spec.persistentVolumeClaimRetentionPolicy ??= {};
    spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= 'Retain';
    spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= 'Retain';
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    for (const claim of spec.volumeClaimTemplates ?? []) {
      claim.apiVersion ??= 'v1';
      claim.kind ??= 'PersistentVolumeClaim';
      claim.metadata ??= {};
      claim.spec ??= {};
      claim.status ??= {};
      claim.status.phase ||= 'Pending';
      defaultClaimSpec(claim.spec);
    }
    defaultPodTemplate(spec);
  },
  prepareForCreate(sts) {
    sts.status = { availableReplicas: 0, replicas: 0 };
  },
  columns: [
    name,
    { header: 'READY', cell: (sts) => `${sts.status?.readyReplicas ?? 0}/${sts.spec.replicas}` },
    age,
    ...containerColumns<StatefulSet>((sts) => sts.spec.template),
  ],
});
