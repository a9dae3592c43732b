// What the workloads of apps/v1 have in common: selector, template and numbers of replicas.
import { jsonEqual } from '../../machinery/equal.ts';
import { selects } from '../../machinery/label-selector.ts';
import type { FieldError } from '../../machinery/status.ts';
import { forbiddenField, invalidValue, notSupported, required } from '../../machinery/validation/field-error.ts';
import { isEmptySelector, validateLabelSelector } from '../../machinery/validation/label-selector.ts';
import { validatePodTemplate } from '../core/pod/validation/pod-spec.ts';
import type { IntOrString, V1LabelSelector, V1PodTemplateSpec } from '../generated/types.ts';

export function nonNegative(value: number | undefined, at: string): FieldError[] {
  return value !== undefined && value < 0 ? [invalidValue(at, value, 'must be greater than or equal to 0')] : [];
}

export const immutable = (value: unknown, old: unknown, at: string): FieldError[] =>
  jsonEqual(value, old) ? [] : [invalidValue(at, value ?? null, 'field is immutable')];

export function validateSelector(selector: V1LabelSelector | undefined, at: string, workload: string): FieldError[] {
  if (!selector) return [required(at)];
  const errors = validateLabelSelector(selector, at);
  if (isEmptySelector(selector)) errors.push(invalidValue(at, selector, `empty selector is invalid for ${workload}`));
  return errors;
}

/** The template of Pods that run for ever. */
export function validateTemplate(
  template: V1PodTemplateSpec | undefined,
  selector: V1LabelSelector | undefined,
  at: string,
  workload: string,
): FieldError[] {
  if (!template) return [required(at)];
  const { metadata, spec } = template;
  const errors: FieldError[] = [];
  if (!selects(selector, metadata?.labels)) {
    errors.push(invalidValue(`${at}.metadata.labels`, metadata?.labels ?? null, '`selector` does not match template `labels`'));
  }
  errors.push(...validatePodTemplate(template, at));
  if (spec?.restartPolicy && spec.restartPolicy !== 'Always')
    errors.push(notSupported(`${at}.spec.restartPolicy`, spec.restartPolicy, ['Always']));
  if (spec?.activeDeadlineSeconds !== undefined) {
    errors.push(forbiddenField(`${at}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${workload} is not Supported`));
  }
  return errors;
}

/** A whole number or a percentage. */
export function validateIntOrPercent(value: IntOrString | undefined, at: string): FieldError[] {
  if (value === undefined) return [];
  if (typeof value === 'number') return nonNegative(value, at);
  if (/^[0-9]+%$/.test(value)) return [];
  return [
    invalidValue(
      at,
      value,
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ),
  ];
}

export const isZero = (value: IntOrString | undefined): boolean => value === 0 || value === '0%' || value === undefined;
