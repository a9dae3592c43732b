// The parameters of admission policies and their bindings, as tables show them.
import { selectorText } from '../../machinery/label-selector.ts';
import type { FieldError } from '../../machinery/status.ts';
import { invalidValue, required } from '../../machinery/validation/field-error.ts';
import { validateLabelSelector } from '../../machinery/validation/label-selector.ts';
import type { V1ParamKind, V1ParamRef } from '../generated/types.ts';

export const paramKind = (kind: V1ParamKind | undefined): string => (kind ? `${kind.apiVersion}/${kind.kind}` : '<unset>');

export function paramRef(reference: V1ParamRef | undefined): string {
  if (reference?.name) return `${reference.namespace ?? '*'}/${reference.name}`;
  return (reference?.selector && selectorText(reference.selector)) || '<unset>';
}

export function validatePolicyBinding({
  spec,
}: {
  spec?: { policyName?: string | undefined; paramRef?: V1ParamRef | undefined } | undefined;
}): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec?.policyName) errors.push(required('spec.policyName'));
  if (!spec?.paramRef) return errors;
  const { name, selector } = spec.paramRef;
  if (name && selector) errors.push(invalidValue('spec.paramRef.name', name, 'name and selector are mutually exclusive'));
  else if (!name && !selector) errors.push(required('spec.paramRef', 'one of name or selector must be specified'));
  return [...errors, ...validateLabelSelector(selector, 'spec.paramRef.selector')];
}
