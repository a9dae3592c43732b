import { jsonEqual } from '../../machinery/equal.ts';
import { selects } from '../../machinery/label-selector.ts';
import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { forbiddenField, invalidValue, notSupported } from '../../machinery/validation/field-error.ts';
import { labelErrors } from '../../machinery/validation/names.ts';
import { annotationErrors } from '../../machinery/validation/object-meta.ts';
import { blank } from '../blank.ts';
import { age, containerColumns, name } from '../columns/columns.ts';
import { defaultPodTemplate } from '../core/pod/defaults.ts';
import { defaultClaimSpec } from '../core/pod/volume-defaults.ts';
import { defineKind } from '../define.ts';
import type { V1StatefulSet, V1StatefulSetSpec } from '../generated/types.ts';
import { nonNegative, validateSelector } from './validation.ts';

export type StatefulSet = Stored<V1StatefulSet>;

export const StatefulSet = defineKind<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  validate: validateStatefulSet,
  validateUpdate: validateStatefulSetUpdate,
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

function validateStatefulSet({ spec }: StatefulSet): FieldError[] {
  const errors: FieldError[] = [];
  const policy = spec.podManagementPolicy ?? '';
  if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    errors.push(invalidValue('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"));
  }
  const type = spec.updateStrategy?.type ?? '';
  if (type !== 'RollingUpdate' && type !== 'OnDelete') {
    errors.push(invalidValue('spec.updateStrategy', spec.updateStrategy ?? null, "must be 'RollingUpdate' or 'OnDelete'"));
  }
  return [
    ...errors,
    ...nonNegative(spec.updateStrategy?.rollingUpdate?.partition, 'spec.updateStrategy.rollingUpdate.partition'),
    ...nonNegative(spec.replicas, 'spec.replicas'),
    ...nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...validateSelector(spec.selector, 'spec.selector', 'statefulset'),
    ...validateStatefulTemplate(spec),
  ];
}

/** The Pod's own rules wait for the Pod: its volumes are partly claims that do not stand in the template. */
function validateStatefulTemplate({ template, selector }: StatefulSet['spec']): FieldError[] {
  const { metadata, spec } = template;
  const errors: FieldError[] = [];
  if (!selects(selector, metadata?.labels)) {
    errors.push(invalidValue('spec.template.metadata.labels', metadata?.labels ?? null, '`selector` does not match template `labels`'));
  }
  errors.push(
    ...labelErrors(metadata?.labels, 'spec.template.labels'),
    ...annotationErrors(metadata?.annotations, 'spec.template.annotations'),
  );
  const policy = spec?.restartPolicy ?? '';
  if (policy !== 'Always') errors.push(notSupported('spec.template.spec.restartPolicy', policy, ['Always']));
  if (spec?.activeDeadlineSeconds !== undefined) {
    errors.push(forbiddenField('spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds in StatefulSet is not Supported'));
  }
  return errors;
}

const CHANGEABLE = new Set([
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]);

function validateStatefulSetUpdate(sts: StatefulSet, old: StatefulSet, subresource: string): FieldError[] {
  if (subresource === 'status') return [];
  const errors = validateStatefulSet(sts);
  const fixed = (spec: object): object => Object.fromEntries(Object.entries(spec).filter(([field]) => !CHANGEABLE.has(field)));
  if (!jsonEqual(fixed(sts.spec), fixed(old.spec))) {
    errors.push(
      forbiddenField(
        'spec',
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
      ),
    );
  }
  return errors;
}
