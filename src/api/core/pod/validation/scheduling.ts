// What steers the scheduler: tolerations, affinity, topology spread.
import type { FieldError } from '../../../../machinery/status.ts';
import { forbiddenField, invalidFor, invalidValue, notSupported, required } from '../../../../machinery/validation/field-error.ts';
import { validateLabelSelector } from '../../../../machinery/validation/label-selector.ts';
import { qualifiedName, validLabelValue } from '../../../../machinery/validation/names.ts';
import type {
  V1Affinity,
  V1NodeSelectorRequirement,
  V1NodeSelectorTerm,
  V1PodAffinityTerm,
  V1Toleration,
  V1TopologySpreadConstraint,
} from '../../../generated/types.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateTolerations(tolerations: readonly V1Toleration[] | undefined, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, { key = '', operator = '', value = '', effect = '', tolerationSeconds }] of (tolerations ?? []).entries()) {
    const here = `${at}[${i}]`;
    if (key) errors.push(...invalidFor(`${here}.key`, key, qualifiedName(key)));
    else if (operator !== 'Exists') {
      errors.push(
        invalidValue(
          `${here}.operator`,
          operator,
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.push(invalidValue(`${here}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    if (operator === 'Equal' || operator === '') errors.push(...invalidFor(`${here}.operator`, value, validLabelValue(value)));
    else if (operator === 'Exists') {
      if (value) errors.push(invalidValue(`${here}.operator`, value, "value must be empty when `operator` is 'Exists'"));
    } else errors.push(notSupported(`${here}.operator`, operator, ['Equal', 'Exists']));
    if (effect && !EFFECTS.includes(effect)) errors.push(notSupported(`${here}.effect`, effect, EFFECTS));
  }
  return errors;
}

export function validateAffinity(affinity: V1Affinity | undefined, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity ?? {};
  const must = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (must) {
    const here = `${at}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
    if (!must.nodeSelectorTerms?.length) errors.push(required(here, 'must have at least one node selector term'));
    for (const [i, term] of (must.nodeSelectorTerms ?? []).entries()) errors.push(...validateNodeTerm(term, `${here}[${i}]`));
  }
  for (const [i, { weight, preference }] of (nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    const here = `${at}.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[${i}]`;
    errors.push(...validateWeight(weight, here), ...validateNodeTerm(preference ?? {}, `${here}.preference`));
  }
  for (const [name, pods] of [
    ['podAffinity', podAffinity],
    ['podAntiAffinity', podAntiAffinity],
  ] as const) {
    const here = `${at}.${name}`;
    for (const [i, term] of (pods?.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
      errors.push(...validatePodTerm(term, `${here}.requiredDuringSchedulingIgnoredDuringExecution[${i}]`));
    }
    for (const [i, { weight, podAffinityTerm }] of (pods?.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
      const there = `${here}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`;
      errors.push(...validateWeight(weight, there), ...validatePodTerm(podAffinityTerm ?? {}, `${there}.podAffinityTerm`));
    }
  }
  return errors;
}

const validateWeight = (weight: number | undefined, at: string): FieldError[] =>
  weight !== undefined && weight >= 1 && weight <= 100 ? [] : [invalidValue(`${at}.weight`, weight ?? 0, 'must be in the range 1-100')];

function validateNodeTerm(term: V1NodeSelectorTerm, at: string): FieldError[] {
  return (term.matchExpressions ?? []).flatMap((requirement, i) => validateNodeRequirement(requirement, `${at}.matchExpressions[${i}]`));
}

function validateNodeRequirement({ key = '', operator, values = [] }: V1NodeSelectorRequirement, at: string): FieldError[] {
  const errors: FieldError[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (!values.length) errors.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length) errors.push(forbiddenField(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) errors.push(required(`${at}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  } else errors.push(invalidValue(`${at}.operator`, operator ?? '', 'not a valid selector operator'));
  return [...errors, ...invalidFor(`${at}.key`, key, qualifiedName(key))];
}

function validatePodTerm(term: Partial<V1PodAffinityTerm>, at: string): FieldError[] {
  const errors = validateLabelSelector(term.labelSelector, `${at}.labelSelector`);
  if (!term.topologyKey) errors.push(required(`${at}.topologyKey`, 'can not be empty'));
  else errors.push(...invalidFor(`${at}.topologyKey`, term.topologyKey, qualifiedName(term.topologyKey)));
  return errors;
}

export function validateSpread(constraints: readonly V1TopologySpreadConstraint[] | undefined, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, { maxSkew = 0, topologyKey, whenUnsatisfiable = '', labelSelector }] of (constraints ?? []).entries()) {
    const here = `${at}[${i}]`;
    if (maxSkew <= 0) errors.push(invalidValue(`${here}.maxSkew`, maxSkew, 'must be greater than zero'));
    if (!topologyKey) errors.push(required(`${here}.topologyKey`, 'can not be empty'));
    if (whenUnsatisfiable !== 'DoNotSchedule' && whenUnsatisfiable !== 'ScheduleAnyway') {
      errors.push(notSupported(`${here}.whenUnsatisfiable`, whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway']));
    }
    errors.push(...validateLabelSelector(labelSelector, `${here}.labelSelector`));
  }
  return errors;
}
