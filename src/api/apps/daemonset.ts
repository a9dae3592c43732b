import { jsonEqual } from '../../machinery/equal.ts';
import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { notSupported, required } from '../../machinery/validation/field-error.ts';
import { blank } from '../blank.ts';
import { age, containerColumns, labelsText, name, selectorCell } from '../columns/columns.ts';
import { defaultPodTemplate } from '../core/pod/defaults.ts';
import { defineKind } from '../define.ts';
import type { V1DaemonSet, V1DaemonSetSpec } from '../generated/types.ts';
import { immutable, isZero, nonNegative, validateIntOrPercent, validateSelector, validateTemplate } from './validation.ts';

export type DaemonSet = Stored<V1DaemonSet>;

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

export const DaemonSet = defineKind<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  validate: validateDaemonSet,
  validateUpdate: (ds, old, subresource) =>
    subresource === 'status' ? [] : [...validateDaemonSet(ds), ...immutable(ds.spec.selector, old.spec.selector, 'spec.selector')],
  setDefaults(ds) {
    ds.spec ??= blank<V1DaemonSetSpec>();
    const { spec } = ds;
    spec.updateStrategy ??= {};
    spec.updateStrategy.type ||= 'RollingUpdate';
    if (spec.updateStrategy.type === 'RollingUpdate') {
      spec.updateStrategy.rollingUpdate ??= {};
      spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
      spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
    }
    spec.revisionHistoryLimit ??= 10;
    defaultPodTemplate(spec);
  },
  prepareForCreate(ds) {
    // The old API's template generation lives on as an annotation.
    ds.metadata.annotations = { ...ds.metadata.annotations, [TEMPLATE_GENERATION]: '1' };
    ds.status = { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 };
  },
  prepareForUpdate(ds, old, { subresource }) {
    if (subresource) return;
    const before = Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? 1);
    const generation = jsonEqual(ds.spec.template, old.spec.template) ? before : before + 1;
    ds.metadata.annotations = { ...ds.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
  },
  columns: [
    name,
    { header: 'DESIRED', type: 'integer', cell: (ds) => ds.status?.desiredNumberScheduled ?? 0 },
    { header: 'CURRENT', type: 'integer', cell: (ds) => ds.status?.currentNumberScheduled ?? 0 },
    { header: 'READY', type: 'integer', cell: (ds) => ds.status?.numberReady ?? 0 },
    { header: 'UP-TO-DATE', type: 'integer', cell: (ds) => ds.status?.updatedNumberScheduled ?? 0 },
    { header: 'AVAILABLE', type: 'integer', cell: (ds) => ds.status?.numberAvailable ?? 0 },
    { header: 'NODE SELECTOR', cell: (ds) => labelsText(ds.spec.template.spec?.nodeSelector) },
    age,
    ...containerColumns<DaemonSet>((ds) => ds.spec.template),
    { header: 'SELECTOR', wide: true, cell: (ds) => selectorCell(ds.spec.selector) },
  ],
});

function validateDaemonSet({ spec }: DaemonSet): FieldError[] {
  const errors = [
    ...validateSelector(spec.selector, 'spec.selector', 'daemonset'),
    ...validateTemplate(spec.template, spec.selector, 'spec.template', 'DaemonSet'),
    ...nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...nonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
  ];
  const { type = '', rollingUpdate } = spec.updateStrategy ?? {};
  if (type !== 'OnDelete' && type !== 'RollingUpdate')
    errors.push(notSupported('spec.updateStrategy.type', type, ['RollingUpdate', 'OnDelete']));
  const at = 'spec.updateStrategy.rollingUpdate';
  errors.push(
    ...validateIntOrPercent(rollingUpdate?.maxUnavailable, `${at}.maxUnavailable`),
    ...validateIntOrPercent(rollingUpdate?.maxSurge, `${at}.maxSurge`),
  );
  if (rollingUpdate && isZero(rollingUpdate.maxUnavailable) && isZero(rollingUpdate.maxSurge)) {
    errors.push(required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  }
  return errors;
}
