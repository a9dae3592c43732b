// apimachinery's ValidateLabelSelector, for metav1.LabelSelector.
import type { V1LabelSelector } from '../../api/generated/types.ts';
import type { FieldError } from '../status.ts';
import { forbiddenField, invalidFor, invalidValue, required } from './field-error.ts';
import { labelErrors, qualifiedName, validLabelValue } from './names.ts';

export function validateLabelSelector(selector: V1LabelSelector | undefined, field: string): FieldError[] {
  if (!selector) return [];
  const errors = labelErrors(selector.matchLabels, `${field}.matchLabels`);
  for (const [i, { key = '', operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const at = `${field}.matchExpressions[${i}]`;
    if (operator === 'In' || operator === 'NotIn') {
      if (!values.length) errors.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length) errors.push(forbiddenField(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    } else errors.push(invalidValue(`${at}.operator`, operator ?? '', 'not a valid selector operator'));
    errors.push(...invalidFor(`${at}.key`, key, qualifiedName(key)));
    for (const [j, value] of values.entries()) errors.push(...invalidFor(`${at}.values[${j}]`, value, validLabelValue(value)));
  }
  return errors;
}

export const isEmptySelector = (selector: V1LabelSelector | undefined): boolean =>
  !Object.keys(selector?.matchLabels ?? {}).length && !selector?.matchExpressions?.length;
