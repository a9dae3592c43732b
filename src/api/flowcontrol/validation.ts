// pkg/apis/flowcontrol/validation: flow schemas and priority levels.
import type { FieldError } from '../../machinery/status.ts';
import { forbiddenField, invalidValue, notSupported, required } from '../../machinery/validation/field-error.ts';
import type { FlowcontrolV1Subject, V1FlowSchema, V1PolicyRulesWithSubjects, V1PriorityLevelConfiguration } from '../generated/types.ts';

const DISTINGUISHERS = ['ByNamespace', 'ByUser'];
const SUBJECTS = ['Group', 'ServiceAccount', 'User'];
const MOST_PRECEDENCE = 10_000;

export function validateFlowSchema({ metadata, spec }: V1FlowSchema): FieldError[] {
  if (!spec) return [];
  const errors: FieldError[] = [];
  const precedence = spec.matchingPrecedence ?? 0;
  if (precedence <= 0) errors.push(invalidValue('spec.matchingPrecedence', precedence, 'must be a positive value'));
  if (precedence > MOST_PRECEDENCE) {
    errors.push(invalidValue('spec.matchingPrecedence', precedence, `must not be greater than ${MOST_PRECEDENCE}`));
  }
  if (precedence === 1 && metadata?.name !== 'exempt') {
    errors.push(invalidValue('spec.matchingPrecedence', precedence, "only the schema named 'exempt' may have matchingPrecedence 1"));
  }
  const type = spec.distinguisherMethod?.type;
  if (spec.distinguisherMethod && !DISTINGUISHERS.includes(type ?? '')) {
    errors.push(notSupported('spec.distinguisherMethod', spec.distinguisherMethod, DISTINGUISHERS));
  }
  if (!spec.priorityLevelConfiguration?.name) {
    errors.push(required('spec.priorityLevelConfiguration.name', 'must reference a priority level'));
  }
  return [...errors, ...(spec.rules ?? []).flatMap((rule, i) => validateRules(rule, `spec.rules[${i}]`))];
}

function validateRules({ subjects = [], resourceRules = [], nonResourceRules = [] }: V1PolicyRulesWithSubjects, at: string): FieldError[] {
  const errors: FieldError[] = [];
  if (subjects.length === 0) errors.push(required(`${at}.subjects`, 'subjects must contain at least one value'));
  for (const [i, subject] of subjects.entries()) errors.push(...validateSubject(subject, `${at}.subjects[${i}]`));
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    errors.push(required(at, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  }
  const nonEmpty = (list: readonly string[] | undefined, field: string, what: string): void => {
    if (!list?.length) errors.push(required(field, `${what} must contain at least one value`));
    else if (list.includes('*') && list.length > 1)
      errors.push(invalidValue(field, list, `if '*' is present, must not specify other ${what}`));
  };
  for (const [i, rule] of resourceRules.entries()) {
    const path = `${at}.resourceRules[${i}]`;
    nonEmpty(rule.verbs, `${path}.verbs`, 'verbs');
    nonEmpty(rule.apiGroups, `${path}.apiGroups`, 'resource rules');
    nonEmpty(rule.resources, `${path}.resources`, 'resources');
    if (!rule.namespaces?.length && !rule.clusterScope) {
      errors.push(required(`${path}.namespaces`, 'resource rules that are not cluster scoped must supply at least one namespace'));
    }
  }
  for (const [i, rule] of nonResourceRules.entries()) {
    nonEmpty(rule.verbs, `${at}.nonResourceRules[${i}].verbs`, 'verbs');
    nonEmpty(rule.nonResourceURLs, `${at}.nonResourceRules[${i}].nonResourceURLs`, 'nonResourceURLs');
  }
  return errors;
}

function validateSubject(subject: FlowcontrolV1Subject, at: string): FieldError[] {
  const { kind } = subject;
  if (!SUBJECTS.includes(kind)) return [notSupported(`${at}.kind`, kind, SUBJECTS)];
  const fields = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' } as const;
  const errors: FieldError[] = [];
  for (const [of, field] of Object.entries(fields)) {
    const given = subject[field];
    if (of === kind && !given) errors.push(required(`${at}.${field}`, `${field} is required when subject kind is '${kind}'`));
    if (of === kind && given && !given.name) errors.push(required(`${at}.${field}.name`));
    if (of !== kind && given) errors.push(forbiddenField(`${at}.${field}`, `${field} is forbidden when subject kind is not '${of}'`));
  }
  return errors;
}

export function validatePriorityLevel({ spec }: V1PriorityLevelConfiguration): FieldError[] {
  if (!spec) return [];
  const { type, limited, exempt } = spec;
  if (type !== 'Exempt' && type !== 'Limited') return [notSupported('spec.type', type ?? '', ['Exempt', 'Limited'])];
  const errors: FieldError[] = [];
  if (type === 'Exempt' && limited) errors.push(forbiddenField('spec.limited', 'must be nil if the type is not Limited'));
  if (type === 'Limited' && exempt) errors.push(forbiddenField('spec.exempt', 'must be nil if the type is Limited'));
  if (type === 'Limited' && !limited) return [...errors, required('spec.limited', 'must not be empty when type is Limited')];
  if (!limited) return errors;
  const at = 'spec.limited';
  const { nominalConcurrencyShares: shares = 30, lendablePercent = 0, limitResponse } = limited;
  if (shares < 0) errors.push(invalidValue(`${at}.nominalConcurrencyShares`, shares, 'must be a non-negative integer'));
  if (lendablePercent < 0 || lendablePercent > 100) {
    errors.push(invalidValue(`${at}.lendablePercent`, lendablePercent, 'must be between 0 and 100, inclusive'));
  }
  if (limitResponse?.type === 'Reject' && limitResponse.queuing) {
    errors.push(forbiddenField(`${at}.limitResponse.queuing`, 'must be nil if limited.limitResponse.type is not Limited'));
  } else if (limitResponse?.type === 'Queue' && !limitResponse.queuing) {
    errors.push(required(`${at}.limitResponse.queuing`, 'must not be empty if limited.limitResponse.type is Limited'));
  } else if (limitResponse?.type !== 'Queue' && limitResponse?.type !== 'Reject') {
    errors.push(notSupported(`${at}.limitResponse.type`, limitResponse?.type ?? '', ['Queue', 'Reject']));
  }
  return errors;
}
