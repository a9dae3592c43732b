// pkg/apis/admissionregistration/validation: what ValidatingAdmissionPolicies and MutatingAdmissionPolicies must say.
import type { FieldError } from '../../machinery/status.ts';
import { duplicate, invalidFor, invalidValue, notSupported, required } from '../../machinery/validation/field-error.ts';
import { qualifiedName } from '../../machinery/validation/names.ts';
import type {
  V1MutatingAdmissionPolicySpec,
  V1ParamKind,
  V1ValidatingAdmissionPolicyBindingSpec,
  V1ValidatingAdmissionPolicySpec,
  V1Variable,
} from '../generated/types.ts';
import { validateConditions, validateMatchResources } from './webhook-validation.ts';

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized'];
const ACTIONS = ['Audit', 'Deny', 'Warn'];
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
type PolicySpec = V1ValidatingAdmissionPolicySpec | V1MutatingAdmissionPolicySpec;

function validateCommon(spec: PolicySpec): FieldError[] {
  const { failurePolicy, paramKind, matchConstraints, matchConditions, variables } = spec;
  const errors: FieldError[] = [];
  if (failurePolicy !== undefined && !['Fail', 'Ignore'].includes(failurePolicy)) {
    errors.push(notSupported('spec.failurePolicy', failurePolicy, ['Fail', 'Ignore']));
  }
  errors.push(...validateParamKind(paramKind));
  if (!matchConstraints) errors.push(required('spec.matchConstraints'));
  else {
    if (!matchConstraints.resourceRules?.length) errors.push(required('spec.matchConstraints.resourceRules'));
    errors.push(...validateMatchResources(matchConstraints, 'spec.matchConstraints'));
  }
  errors.push(...validateConditions(matchConditions, 'spec.matchConditions'), ...validateVariables(variables ?? []));
  return errors;
}

function validateParamKind(kind: V1ParamKind | undefined): FieldError[] {
  if (!kind) return [];
  const errors: FieldError[] = [];
  if (!kind.apiVersion) errors.push(required('spec.paramKind.apiVersion'));
  else if (kind.apiVersion.split('/').length > 2) {
    errors.push(invalidValue('spec.paramKind.apiVersion', kind.apiVersion, `unexpected GroupVersion string: ${kind.apiVersion}`));
  }
  if (!kind.kind) errors.push(required('spec.paramKind.kind'));
  return errors;
}

function validateVariables(variables: readonly V1Variable[]): FieldError[] {
  const names = new Set<string>();
  return variables.flatMap(({ name, expression }, i) => {
    const field = `spec.variables[${i}].name`;
    const errors: FieldError[] = [];
    if (!name) errors.push(required(field, 'name is not specified'));
    else if (!IDENTIFIER.test(name)) errors.push(invalidValue(field, name, 'name is not a valid CEL identifier'));
    else if (names.has(name)) errors.push(duplicate(field, name));
    if (!expression?.trim()) errors.push(required(`spec.variables[${i}].expression`, 'expression is not specified'));
    names.add(name);
    return errors;
  });
}

export function validateValidatingPolicy(spec: V1ValidatingAdmissionPolicySpec | undefined): FieldError[] {
  if (!spec) return [];
  const { validations = [], auditAnnotations = [] } = spec;
  const errors = validateCommon(spec);
  if (validations.length === 0 && auditAnnotations.length === 0) {
    errors.push(
      required('spec.validations', 'validations or auditAnnotations must be non-empty'),
      required('spec.auditAnnotations', 'validations or auditAnnotations must be non-empty'),
    );
  }
  for (const [i, { expression, message, messageExpression, reason }] of validations.entries()) {
    const at = `spec.validations[${i}]`;
    if (!expression?.trim()) errors.push(required(`${at}.expression`, 'expression is not specified'));
    if (messageExpression && !messageExpression.trim())
      errors.push(invalidValue(`${at}.messageExpression`, messageExpression, 'must be non-empty if specified'));
    if (message && !message.trim()) errors.push(invalidValue(`${at}.message`, message, 'message must be non-empty if specified'));
    else if (message?.trim().includes('\n')) errors.push(invalidValue(`${at}.message`, message, 'message must not contain line breaks'));
    else if (!message && expression?.trim().includes('\n')) {
      errors.push(required(`${at}.message`, 'message must be specified if expression contains line breaks'));
    }
    if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${at}.reason`, reason, REASONS));
  }
  const keys = new Set<string>();
  for (const [i, { key, valueExpression }] of auditAnnotations.entries()) {
    const at = `spec.auditAnnotations[${i}]`;
    if (!key) errors.push(required(`${at}.key`));
    else if (keys.has(key)) errors.push(duplicate(`${at}.key`, key));
    else errors.push(...invalidFor(`${at}.key`, key, qualifiedName(key)));
    keys.add(key);
    if (!valueExpression?.trim()) errors.push(required(`${at}.valueExpression`, 'valueExpression is not specified'));
  }
  return errors;
}

export function validateMutatingPolicy(spec: V1MutatingAdmissionPolicySpec | undefined): FieldError[] {
  if (!spec) return [];
  const { mutations = [], reinvocationPolicy } = spec;
  const errors = validateCommon(spec);
  if (mutations.length === 0) errors.push(required('spec.mutations', 'mutations must contain at least one item'));
  for (const [i, { patchType, applyConfiguration, jsonPatch }] of mutations.entries()) {
    const at = `spec.mutations[${i}]`;
    if (!patchType) errors.push(required(`${at}.patchType`));
    else if (patchType === 'ApplyConfiguration') {
      if (!applyConfiguration) errors.push(required(`${at}.applyConfiguration`));
      if (jsonPatch) errors.push(invalidValue(`${at}.jsonPatch`, jsonPatch, 'must not be specified when patchType is ApplyConfiguration'));
      if (applyConfiguration && !applyConfiguration.expression?.trim())
        errors.push(required(`${at}.applyConfiguration.expression`, 'expression is not specified'));
    } else if (patchType === 'JSONPatch') {
      if (!jsonPatch) errors.push(required(`${at}.jsonPatch`));
      if (applyConfiguration)
        errors.push(invalidValue(`${at}.applyConfiguration`, applyConfiguration, 'must not be specified when patchType is JSONPatch'));
      if (jsonPatch && !jsonPatch.expression?.trim()) errors.push(required(`${at}.jsonPatch.expression`, 'expression is not specified'));
    } else errors.push(notSupported(`${at}.patchType`, patchType, ['ApplyConfiguration', 'JSONPatch']));
  }
  if (!reinvocationPolicy) errors.push(required('spec.reinvocationPolicy'));
  else if (!['IfNeeded', 'Never'].includes(reinvocationPolicy)) {
    errors.push(notSupported('spec.reinvocationPolicy', reinvocationPolicy, ['IfNeeded', 'Never']));
  }
  return errors;
}

/** Of a ValidatingAdmissionPolicyBinding. */
export function validateActions(spec: V1ValidatingAdmissionPolicyBindingSpec | undefined): FieldError[] {
  const actions = spec?.validationActions ?? [];
  if (actions.length === 0) return [required('spec.validationActions', 'at least one validation action is required')];
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, action] of actions.entries()) {
    if (!ACTIONS.includes(action)) errors.push(notSupported(`spec.validationActions[${i}]`, action, ACTIONS));
    if (seen.has(action)) errors.push(duplicate(`spec.validationActions[${i}]`, action));
    seen.add(action);
  }
  if (seen.has('Deny') && seen.has('Warn')) {
    errors.push(
      invalidValue(
        'spec.validationActions',
        actions,
        'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ),
    );
  }
  return errors;
}
