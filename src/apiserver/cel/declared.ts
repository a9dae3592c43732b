// Expressions are compiled when they are declared: in policies, in the match conditions of webhooks, and in the schemas of
// CustomResourceDefinitions. What does not compile is refused.
import type { KubeObject } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { invalidValue } from '../../machinery/validation/field-error.ts';
import type { Schema } from '../structural-schema.ts';
import { CelError, type Engine } from './engine.ts';

const POLICY = ['object', 'oldObject', 'request', 'params', 'namespaceObject', 'variables', 'authorizer'];
const CONDITION = ['object', 'oldObject', 'request', 'params', 'authorizer'];
const RULE = ['self', 'oldSelf'];

interface Condition {
  name: string;
  expression: string;
}

interface Policy {
  matchConditions?: readonly Condition[];
  variables?: readonly Condition[];
  validations?: readonly { expression: string; messageExpression?: string }[];
  mutations?: readonly { jsonPatch?: { expression?: string }; applyConfiguration?: { expression?: string } }[];
}

export function declarationErrors(engine: Engine, object: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const check = (expression: string | undefined, field: string, variables: readonly string[], type?: string): void => {
    if (!expression?.trim()) return;
    const problem = compileProblem(engine, expression, variables, type);
    if (problem) errors.push(invalidValue(field, expression, problem));
  };
  const conditions = (list: readonly Condition[] | undefined, at: string): void => {
    for (const [i, { expression }] of (list ?? []).entries()) check(expression, `${at}[${i}].expression`, CONDITION, 'bool');
  };
  if (object.kind === 'CustomResourceDefinition') {
    const { versions = [] } = object.spec as { versions?: { schema?: { openAPIV3Schema?: Schema } }[] };
    for (const [i, { schema }] of versions.entries()) {
      if (schema?.openAPIV3Schema) schemaExpressions(schema.openAPIV3Schema, `spec.versions[${i}].schema.openAPIV3Schema`, check);
    }
    return errors;
  }
  for (const [i, { matchConditions }] of ((object.webhooks ?? []) as { matchConditions?: Condition[] }[]).entries()) {
    conditions(matchConditions, `webhooks[${i}].matchConditions`);
  }
  const { matchConditions, variables = [], validations = [], mutations = [] } = (object.spec ?? {}) as Policy;
  conditions(matchConditions, 'spec.matchConditions');
  for (const [i, { expression }] of variables.entries()) check(expression, `spec.variables[${i}].expression`, POLICY);
  for (const [i, { expression, messageExpression }] of validations.entries()) {
    check(expression, `spec.validations[${i}].expression`, POLICY, 'bool');
    check(messageExpression, `spec.validations[${i}].messageExpression`, POLICY, 'string');
  }
  for (const [i, { jsonPatch, applyConfiguration }] of mutations.entries()) {
    check(jsonPatch?.expression, `spec.mutations[${i}].jsonPatch.expression`, POLICY);
    check(applyConfiguration?.expression, `spec.mutations[${i}].applyConfiguration.expression`, POLICY);
  }
  return errors;
}

type Check = (expression: string | undefined, field: string, variables: readonly string[], type?: string) => void;

function schemaExpressions(schema: Schema, path: string, check: Check): void {
  for (const [i, { rule, messageExpression }] of (schema['x-kubernetes-validations'] ?? []).entries()) {
    check(rule, `${path}.x-kubernetes-validations[${i}].rule`, RULE, 'bool');
    check(messageExpression, `${path}.x-kubernetes-validations[${i}].messageExpression`, RULE, 'string');
  }
  for (const [name, field] of Object.entries(schema.properties ?? {})) schemaExpressions(field, `${path}.properties[${name}]`, check);
  if (schema.items) schemaExpressions(schema.items, `${path}.items`, check);
  if (typeof schema.additionalProperties === 'object')
    schemaExpressions(schema.additionalProperties, `${path}.additionalProperties`, check);
}

/** Types are known of constants and operators alone: what could be anything passes. */
function compileProblem(engine: Engine, expression: string, variables: readonly string[], type: string | undefined): string | undefined {
  try {
    const program = engine.compile(expression, variables);
    if (type && program.type !== type && program.type !== 'dyn') return `must evaluate to ${type}`;
    return undefined;
  } catch (error) {
    if (error instanceof CelError) return error.message;
    throw error;
  }
}
