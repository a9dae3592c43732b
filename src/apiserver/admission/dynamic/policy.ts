// What ValidatingAdmissionPolicies and MutatingAdmissionPolicies have in common (apiserver/pkg/admission/plugin/policy/generic): which
// bindings apply, their parameters, match conditions, and the variables that expressions see.
import type { V1MatchCondition, V1MatchResources, V1ParamKind, V1ParamRef, V1Variable } from '../../../api/generated/types.ts';
import { selects } from '../../../machinery/label-selector.ts';
import type { KubeObject } from '../../../machinery/object.ts';
import type { StatusError } from '../../../machinery/status.ts';
import { CelError, type Engine } from '../../cel/engine.ts';
import { toCel } from '../../cel/values.ts';
import type { Resource } from '../../resource.ts';
import { type AdmissionContext, type Attributes, refusal } from '../plugin.ts';
import { admissionRequest, configurations, matchesRequest, namespaceOf } from './matching.ts';

export interface PolicySpec {
  failurePolicy?: string;
  matchConditions?: readonly V1MatchCondition[];
  matchConstraints?: V1MatchResources;
  paramKind?: V1ParamKind;
  variables?: readonly V1Variable[];
}

export interface BindingSpec {
  policyName?: string;
  paramRef?: V1ParamRef;
  matchResources?: V1MatchResources;
  validationActions?: readonly string[];
}

/** A policy that could not be asked: the wrong parameters, or an expression that cannot be evaluated. */
export class PolicyProblem extends Error {}

/** One policy with one of its bindings and one parameter, ready to be asked. */
export interface Invocation {
  policy: KubeObject;
  binding: KubeObject;
  evaluate(expression: string): { type: string; value: unknown };
}

/** Names that expressions of policies may use. */
export const VARIABLES = ['object', 'oldObject', 'request', 'params', 'namespaceObject', 'variables', 'authorizer'] as const;

/** Calls `ask` for every policy, binding and parameter that the request concerns; `failed` hears why one cannot be asked. */
export function eachInvocation(
  attributes: Attributes,
  context: AdmissionContext,
  engine: Engine,
  plural: 'validatingadmissionpolicies' | 'mutatingadmissionpolicies',
  ask: (invocation: Invocation) => void,
  failed: (problem: string, policy: KubeObject, binding: KubeObject | undefined) => void,
): void {
  const bindings = configurations(context, plural.replace('policies', 'policybindings'));
  for (const policy of configurations(context, plural)) {
    const spec = policy.spec as PolicySpec;
    const bound = bindings.filter((binding) => (binding.spec as BindingSpec).policyName === policy.metadata.name);
    if (bound.length === 0 || !matchesResources(spec.matchConstraints, attributes, context)) continue;
    const kind = spec.paramKind && resourceOfKind(context, spec.paramKind);
    if (spec.paramKind && !kind) {
      const [group, version] = spec.paramKind.apiVersion?.includes('/')
        ? spec.paramKind.apiVersion.split('/')
        : ['', spec.paramKind.apiVersion];
      failed(
        `failed to configure policy: failed to find resource referenced by paramKind: '${group ? `${group}/` : '/'}${version}, Kind=${spec.paramKind.kind}'`,
        policy,
        undefined,
      );
      continue;
    }
    for (const binding of bound) {
      const { matchResources, paramRef } = binding.spec as BindingSpec;
      if (matchResources && !matchesResources(matchResources, attributes, context, true)) continue;
      const params = paramsOf(kind, paramRef, attributes, context);
      if (typeof params === 'string') {
        failed(`failed to configure binding: ${params}`, policy, binding);
        continue;
      }
      for (const param of params) {
        try {
          const evaluate = evaluator(attributes, context, engine, spec, param);
          if (conditionsHold(spec.matchConditions, evaluate)) ask({ policy, binding, evaluate });
        } catch (error) {
          if (!(error instanceof PolicyProblem)) throw error;
          failed(error.message, policy, binding);
        }
      }
    }
  }
}

function matchesResources(
  match: V1MatchResources | undefined,
  attributes: Attributes,
  context: AdmissionContext,
  isBinding = false,
): boolean {
  if (!match) return false;
  const everything = [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*', '*/*'] }];
  const { resourceRules, excludeResourceRules, matchPolicy, namespaceSelector, objectSelector } = match;
  const rules = isBinding && !resourceRules?.length ? everything : resourceRules;
  return matchesRequest({ rules, excluded: excludeResourceRules, matchPolicy, namespaceSelector, objectSelector }, attributes, context);
}

function resourceOfKind({ resources }: AdmissionContext, { apiVersion, kind }: V1ParamKind): Resource | undefined {
  for (const resource of resources.all()) if (resource.apiVersion === apiVersion && resource.kind.names.kind === kind) return resource;
  return undefined;
}

/** The parameters of a binding; text says what is wrong with them. */
function paramsOf(
  kind: Resource | undefined,
  ref: V1ParamRef | undefined,
  attributes: Attributes,
  { storage }: AdmissionContext,
): readonly (KubeObject | undefined)[] | string {
  if (!kind || !ref) return [undefined];
  if (!kind.namespaced && ref.namespace) return 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`';
  const namespace = kind.namespaced ? ref.namespace || attributes.namespace : '';
  if (kind.namespaced && !namespace) {
    return "can't use namespaced paramRef to match cluster-scoped resource";
  }
  const found = ref.name
    ? [storage.get(kind, namespace, ref.name)?.value].filter((value) => value !== undefined)
    : [...storage.range(kind, namespace)].map(({ value }) => value).filter((value) => selects(ref.selector, value.metadata.labels));
  if (found.length === 0 && ref.parameterNotFoundAction !== 'Allow') {
    return 'no params found for policy binding with `Deny` parameterNotFoundAction';
  }
  return found;
}

function evaluator(
  attributes: Attributes,
  context: AdmissionContext,
  engine: Engine,
  spec: PolicySpec,
  param: KubeObject | undefined,
): Invocation['evaluate'] {
  const variables: Record<string, unknown> = {};
  const values = {
    ...valuesOf(attributes, context, engine),
    params: param ? toCel(param) : null,
    variables,
  };
  const evaluate: Invocation['evaluate'] = (expression) => {
    try {
      const program = engine.compile(expression, VARIABLES);
      return { type: program.type, value: program.evaluate(values) };
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      throw new PolicyProblem(`expression '${expression}' resulted in error: ${error.message}`);
    }
  };
  // A variable is evaluated when something asks for it, once.
  for (const { name, expression } of spec.variables ?? []) {
    Object.defineProperty(variables, name, {
      configurable: true,
      enumerable: true,
      get() {
        let value: unknown;
        try {
          value = engine.compile(expression, VARIABLES).evaluate(values);
        } catch (error) {
          if (!(error instanceof CelError)) throw error;
          throw new Error(`composited variable "${name}" fails to evaluate: ${error.message}`);
        }
        Object.defineProperty(variables, name, { value, enumerable: true });
        return value;
      },
    });
  }
  return evaluate;
}

/** `object`, `request` and their kin, as expressions see them. */
export function valuesOf(attributes: Attributes, context: AdmissionContext, engine: Engine): Record<string, unknown> {
  const { object, old, resource, subresource, namespace, name, user } = attributes;
  const authorizer = engine.authorizer(
    ({ serviceAccount, path, verb, ...asked }) => {
      const who = serviceAccount
        ? {
            name: `system:serviceaccount:${serviceAccount.namespace}:${serviceAccount.name}`,
            groups: ['system:serviceaccounts', `system:serviceaccounts:${serviceAccount.namespace}`, 'system:authenticated'],
          }
        : user;
      return context.authorize(who, { verb, version: '*', ...asked, ...(path === undefined ? {} : { path }) });
    },
    { group: resource.gr.group, resource: resource.gr.resource, subresource, namespace, name },
  );
  return {
    object: object ? toCel(object) : null,
    oldObject: old ? toCel(old) : null,
    request: toCel(admissionRequest(attributes)),
    namespaceObject: toCel(namespaceOf(attributes, context) ?? null),
    authorizer,
    params: null,
    variables: {},
  };
}

export function conditionsHold(conditions: readonly V1MatchCondition[] | undefined, evaluate: Invocation['evaluate']): boolean {
  return (conditions ?? []).every(({ expression }) => evaluate(expression).value === true);
}

const CODES: Record<string, number> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413, Invalid: 422 };

/** A refusal with a policy's own reason. */
export function denial(attributes: Attributes, message: string, reason = 'Invalid'): StatusError {
  const error = refusal(attributes, message);
  error.status.reason = reason;
  error.status.code = CODES[reason] ?? 422;
  error.status.details = { ...error.status.details, causes: [{ message }] };
  return error;
}
