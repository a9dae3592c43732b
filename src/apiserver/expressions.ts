// The part of validation that is written in CEL: rules of custom resources, and the expressions that somebody declares. The engine is
// loaded with the first of them.
import type { KubeObject } from '../machinery/object.ts';
import type { FieldError } from '../machinery/status.ts';
import type { Resource } from './resource.ts';
import { type Schema, schemaOf } from './structural-schema.ts';

/** Resources whose objects hold expressions. */
const DECLARING = new Set(['customresourcedefinitions.apiextensions.k8s.io']);

/** Undefined where there are no expressions, which is nearly everywhere. `errors`: what is known to be wrong already. */
export function expressionErrors(
  object: KubeObject,
  old: KubeObject | undefined,
  { kind, custom, gr }: Resource,
  errors: readonly FieldError[],
): Promise<FieldError[]> | undefined {
  if (custom) {
    const schema = schemaOf(custom, kind.names.version);
    return schema && mayHaveRules(schema) ? customErrors(object, old, schema, errors) : undefined;
  }
  if (gr.group !== 'admissionregistration.k8s.io' && !DECLARING.has(kind.resource)) return undefined;
  if (old && old.spec === object.spec && old.webhooks === object.webhooks) return undefined;
  return mentions(object) ? declared(object) : undefined;
}

/** Loading the engine for a definition without rules would be a waste. */
const mentions = (object: KubeObject): boolean => /"(?:rule|expression)":/.test(JSON.stringify(object.spec ?? object.webhooks ?? {}));

const withRules = new WeakMap<Schema, boolean>();

function mayHaveRules(schema: Schema): boolean {
  let found = withRules.get(schema);
  if (found === undefined) {
    found = JSON.stringify(schema).includes('"x-kubernetes-validations"');
    withRules.set(schema, found);
  }
  return found;
}

async function customErrors(
  object: KubeObject,
  old: KubeObject | undefined,
  schema: Schema,
  errors: readonly FieldError[],
): Promise<FieldError[]> {
  if (errors.some(({ reason }) => STRUCTURAL.has(reason))) {
    const message =
      'Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
    return [{ reason: 'FieldValueInvalid', field: '<nil>', message }];
  }
  const [{ celEngine }, { ruleErrors }] = await Promise.all([import('./cel/engine.ts'), import('./cel/rules.ts')]);
  return ruleErrors(await celEngine(), object, old, schema);
}

/** Problems that make the shape of an object unknown to rules. */
const STRUCTURAL = new Set([
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueNotSupported',
  'FieldValueInvalid',
  'FieldValueTypeInvalid',
]);

async function declared(object: KubeObject): Promise<FieldError[]> {
  const [{ celEngine }, { declarationErrors }] = await Promise.all([import('./cel/engine.ts'), import('./cel/declared.ts')]);
  return declarationErrors(await celEngine(), object);
}
