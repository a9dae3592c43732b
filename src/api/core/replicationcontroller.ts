import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { required } from '../../machinery/validation/field-error.ts';
import { nonNegative, validateTemplate } from '../apps/validation.ts';
import { age, containerColumns, labelsText, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1ReplicationController } from '../generated/types.ts';
import { defaultPodTemplate } from './pod/defaults.ts';

export type ReplicationController = Stored<V1ReplicationController>;

export const ReplicationController = defineKind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  validate: validateController,
  validateUpdate: (rc, _old, subresource) => (subresource === 'status' ? [] : validateController(rc)),
  setDefaults(rc) {
    rc.spec ??= {};
    rc.spec.replicas ??= 1;
    if (!rc.spec.template) return;
    const { metadata } = defaultPodTemplate(rc.spec);
    if (!metadata?.labels) return;
    if (!rc.spec.selector || !Object.keys(rc.spec.selector).length) rc.spec.selector = { ...metadata.labels };
    if (!Object.keys(rc.metadata.labels ?? {}).length) rc.metadata.labels = { ...metadata.labels };
  },
  prepareForCreate(rc) {
    rc.status = { replicas: 0 };
  },
  selectableFields: (rc) => ({ 'status.replicas': String(rc.status?.replicas ?? 0) }),
  columns: [
    name,
    { header: 'DESIRED', type: 'integer', cell: (rc) => rc.spec.replicas },
    { header: 'CURRENT', type: 'integer', cell: (rc) => rc.status?.replicas ?? 0 },
    { header: 'READY', type: 'integer', cell: (rc) => rc.status?.readyReplicas ?? 0 },
    age,
    ...containerColumns<ReplicationController>((rc) => rc.spec.template),
    { header: 'SELECTOR', wide: true, cell: (rc) => labelsText(rc.spec.selector) },
  ],
});

function validateController({ spec }: ReplicationController): FieldError[] {
  const errors = [...nonNegative(spec.minReadySeconds, 'spec.minReadySeconds')];
  if (!Object.keys(spec.selector ?? {}).length) errors.push(required('spec.selector'));
  errors.push(...nonNegative(spec.replicas, 'spec.replicas'));
  return [...errors, ...validateTemplate(spec.template, { matchLabels: spec.selector }, 'spec.template', 'ReplicationController')];
}
