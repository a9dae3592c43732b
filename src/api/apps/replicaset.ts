import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { blank } from '../blank.ts';
import { age, containerColumns, name, selectorCell } from '../columns/columns.ts';
import { defaultPodTemplate } from '../core/pod/defaults.ts';
import { defineKind } from '../define.ts';
import type { V1ReplicaSet, V1ReplicaSetSpec } from '../generated/types.ts';
import { immutable, nonNegative, validateSelector, validateTemplate } from './validation.ts';

export type ReplicaSet = Stored<V1ReplicaSet>;

export const ReplicaSet = defineKind<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  validate: validateReplicaSet,
  validateUpdate: (rs, old, subresource) =>
    subresource === 'status' ? [] : [...validateReplicaSet(rs), ...immutable(rs.spec.selector, old.spec.selector, 'spec.selector')],
  setDefaults(rs) {
    rs.spec ??= blank<V1ReplicaSetSpec>();
    rs.spec.replicas ??= 1;
    defaultPodTemplate(rs.spec);
  },
  prepareForCreate(rs) {
    rs.status = { replicas: 0 };
  },
  selectableFields: (rs) => ({ 'status.replicas': String(rs.status?.replicas ?? 0) }),
  columns: [
    name,
    { header: 'DESIRED', type: 'integer', cell: (rs) => rs.spec.replicas },
    { header: 'CURRENT', type: 'integer', cell: (rs) => rs.status?.replicas ?? 0 },
    { header: 'READY', type: 'integer', cell: (rs) => rs.status?.readyReplicas ?? 0 },
    age,
    ...containerColumns<ReplicaSet>((rs) => rs.spec.template),
    { header: 'SELECTOR', wide: true, cell: (rs) => selectorCell(rs.spec.selector) },
  ],
});

function validateReplicaSet({ spec }: ReplicaSet): FieldError[] {
  return [
    ...nonNegative(spec.replicas, 'spec.replicas'),
    ...nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...validateSelector(spec.selector, 'spec.selector', 'deployment'),
    ...validateTemplate(spec.template, spec.selector, 'spec.template', 'ReplicaSet'),
  ];
}
