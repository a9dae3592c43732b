// ValidateJobSpec and ValidateJobUpdate. A Job's Pods end, so they must not be restarted for ever.
import type { FieldError } from '../../../machinery/status.ts';
import { invalidValue, notSupported, required } from '../../../machinery/validation/field-error.ts';
import { validateLabelSelector } from '../../../machinery/validation/label-selector.ts';
import { immutable, nonNegative } from '../../apps/validation.ts';
import { validatePodTemplate } from '../../core/pod/validation/pod-spec.ts';
import type { V1JobSpec } from '../../generated/types.ts';
import type { Job } from '../job.ts';

export function validateJob({ spec }: Job): FieldError[] {
  const errors = validateJobSpec(spec, 'spec');
  if (!spec.selector) return [...errors, required('spec.selector')];
  return [...errors, ...validateLabelSelector(spec.selector, 'spec.selector')];
}

export function validateJobSpec(spec: V1JobSpec, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
  ] as const) {
    errors.push(...nonNegative(spec[field], `${at}.${field}`));
  }
  const mode = spec.completionMode;
  if (mode && mode !== 'NonIndexed' && mode !== 'Indexed')
    errors.push(notSupported(`${at}.completionMode`, mode, ['NonIndexed', 'Indexed']));
  if (mode === 'Indexed' && spec.completions === undefined) errors.push(required(`${at}.completions`, 'when completion mode is Indexed'));
  errors.push(...validatePodTemplate(spec.template, `${at}.template`));
  const policy = spec.template?.spec?.restartPolicy ?? '';
  if (policy === '' || policy === 'Always') {
    errors.push(required(`${at}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'));
  } else if (policy !== 'OnFailure' && policy !== 'Never') {
    errors.push(notSupported(`${at}.template.spec.restartPolicy`, policy, ['OnFailure', 'Never']));
  } else if (spec.podFailurePolicy && policy !== 'Never') {
    errors.push(invalidValue(`${at}.template.spec.restartPolicy`, policy, 'only "Never" is supported when podFailurePolicy is specified'));
  }
  return errors;
}

export function validateJobUpdate(job: Job, old: Job, subresource: string): FieldError[] {
  if (subresource === 'status') return [];
  const { spec } = job;
  const errors = validateJob(job);
  // An elastic Indexed Job may change its size when both numbers change together.
  const isElastic = spec.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  if (!isElastic) errors.push(...immutable(spec.completions, old.spec.completions, 'spec.completions'));
  errors.push(...immutable(spec.selector, old.spec.selector, 'spec.selector'));
  if (!old.spec.suspend || old.status?.startTime) errors.push(...immutable(spec.template, old.spec.template, 'spec.template'));
  errors.push(...immutable(spec.completionMode, old.spec.completionMode, 'spec.completionMode'));
  errors.push(...immutable(spec.podFailurePolicy, old.spec.podFailurePolicy, 'spec.podFailurePolicy'));
  return [...errors, ...immutable(spec.backoffLimitPerIndex, old.spec.backoffLimitPerIndex, 'spec.backoffLimitPerIndex')];
}
