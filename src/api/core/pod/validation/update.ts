// ValidatePodUpdate: of a Pod that exists, little may change.
import { jsonEqual } from '../../../../machinery/equal.ts';
import type { FieldError } from '../../../../machinery/status.ts';
import { forbiddenField, invalidValue } from '../../../../machinery/validation/field-error.ts';
import type { V1Container, V1PodSpec } from '../../../generated/types.ts';
import type { Pod } from '../../pod.ts';
import { validatePodSpec } from './pod-spec.ts';

const CHANGEABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

export function validatePodUpdate(pod: Pod, old: Pod, subresource: string): FieldError[] {
  if (subresource === 'resize') return validatePodSpec(pod.spec, 'spec');
  if (subresource !== '' || jsonEqual(pod.spec, old.spec)) return [];
  const errors = validatePodSpec(pod.spec, 'spec');
  const { spec } = pod;
  for (const list of ['containers', 'initContainers'] as const) {
    if ((spec[list] ?? []).length !== (old.spec[list] ?? []).length) {
      return [...errors, forbiddenField(`spec.${list}`, 'pod updates may not add or remove containers')];
    }
  }
  const deadline = spec.activeDeadlineSeconds;
  const oldDeadline = old.spec.activeDeadlineSeconds;
  if (oldDeadline !== undefined && deadline !== oldDeadline) {
    if (deadline === undefined)
      errors.push(invalidValue('spec.activeDeadlineSeconds', null, 'must not update from a positive integer to nil value'));
    else if (deadline > oldDeadline)
      errors.push(invalidValue('spec.activeDeadlineSeconds', deadline, `must be less than or equal to previous value ${oldDeadline}`));
  }
  const tolerations = spec.tolerations ?? [];
  const isKept = (old.spec.tolerations ?? []).every((one) =>
    tolerations.some((other) => jsonEqual({ ...one, tolerationSeconds: 0 }, { ...other, tolerationSeconds: 0 })),
  );
  if (!isKept) errors.push(forbiddenField('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'));
  const gates = old.spec.schedulingGates ?? [];
  const added = (spec.schedulingGates ?? []).filter(({ name }) => !gates.some((gate) => gate.name === name));
  if (added.length) errors.push(forbiddenField('spec.schedulingGates', 'only deletion is allowed, but found new scheduling gates'));

  const allowed = withAllowedChanges(spec, old.spec);
  if (!jsonEqual(allowed, old.spec)) errors.push(forbiddenField('spec', `${CHANGEABLE}\n${difference(old.spec, allowed)}`));
  return errors;
}

/** The new spec with everything that may change put back. */
function withAllowedChanges(spec: V1PodSpec, old: V1PodSpec): V1PodSpec {
  const withOldImages = (list: readonly V1Container[] | undefined, before: readonly V1Container[] | undefined): V1Container[] | undefined =>
    list?.map((container, i) => ({ ...container, image: before?.[i]?.image }));
  return {
    ...spec,
    containers: withOldImages(spec.containers, old.containers) ?? [],
    initContainers: withOldImages(spec.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    tolerations: old.tolerations,
    schedulingGates: old.schedulingGates,
    // Gated Pods may be steered further, but never elsewhere; the scheduler has not looked at them yet.
    ...(old.schedulingGates?.length ? { nodeSelector: old.nodeSelector, affinity: old.affinity } : {}),
    ...((old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1
      ? { terminationGracePeriodSeconds: old.terminationGracePeriodSeconds }
      : {}),
  };
}

/** The changed lines with those around them left out. */
function difference(old: V1PodSpec, spec: V1PodSpec): string {
  const before = JSON.stringify(old, null, 2).split('\n');
  const after = JSON.stringify(spec, null, 2).split('\n');
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const context = before.slice(Math.max(0, start - 3), start).map((line) => ` ${line}`);
  const removed = before.slice(start, before.length - end).map((line) => `-${line}`);
  const added = after.slice(start, after.length - end).map((line) => `+${line}`);
  return [...context, ...removed, ...added].join('\n');
}
