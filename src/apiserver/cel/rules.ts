// Plays apiextensions-apiserver/pkg/apiserver/schema/cel: the rules of a CustomResourceDefinition (`x-kubernetes-validations`) at every
// place of an object that has some. Costs are not counted.
import { jsonEqual } from '../../machinery/equal.ts';
import type { KubeObject } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import type { Schema, ValidationRule } from '../structural-schema.ts';
import { CelError, type Engine } from './engine.ts';
import { toCel, type ValueSchema } from './values.ts';

type Json = Record<string, unknown>;

const VARIABLES = ['self', 'oldSelf'] as const;
const known = new WeakMap<Schema, boolean>();

/** Some place of the schema has rules. */
export function hasRules(schema: Schema): boolean {
  let found = known.get(schema);
  if (found === undefined) {
    found =
      (schema['x-kubernetes-validations'] ?? []).length > 0 ||
      Object.values(schema.properties ?? {}).some(hasRules) ||
      (typeof schema.additionalProperties === 'object' && hasRules(schema.additionalProperties)) ||
      (schema.items !== undefined && hasRules(schema.items));
    known.set(schema, found);
  }
  return found;
}

/** Every rule that does not hold. */
export function ruleErrors(engine: Engine, object: KubeObject, old: KubeObject | undefined, schema: Schema): FieldError[] {
  return errorsAt(engine, schema, rooted(object), old && rooted(old), '', true);
}

/** Of metadata only the names may be looked at. */
function rooted({ metadata: { name, generateName }, ...rest }: KubeObject): Json {
  return { ...rest, metadata: { ...(name ? { name } : {}), ...(generateName ? { generateName } : {}) } };
}

function errorsAt(engine: Engine, schema: Schema, value: unknown, old: unknown, path: string, isRoot = false): FieldError[] {
  if (value === undefined || value === null || !hasRules(schema)) return [];
  const errors: FieldError[] = [];
  const rules = schema['x-kubernetes-validations'] ?? [];
  const isSame = old !== undefined && jsonEqual(value, old);
  for (const rule of rules) {
    const error = checked(engine, rule, schema, value, old, path, isSame);
    if (error) errors.push(error);
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items)
      for (const [i, item] of value.entries())
        errors.push(...errorsAt(engine, items, item, counterpart(schema, item, old), `${path}[${i}]`));
    return errors;
  }
  if (typeof value !== 'object') return errors;
  const fields = value as Json;
  const before = typeof old === 'object' && old !== null && !Array.isArray(old) ? (old as Json) : undefined;
  for (const name of Object.keys(fields).sort()) {
    const property = schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    const additional = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
    const field = property ?? additional;
    if (!field || (isRoot && name === 'metadata')) continue;
    const at = property ? (path ? `${path}.${name}` : name) : `${path}[${name}]`;
    errors.push(...errorsAt(engine, field, fields[name], before?.[name], at));
  }
  return errors;
}

/** The item of the old list with the same keys; items of other lists have no history. */
function counterpart(schema: Schema, item: unknown, old: unknown): unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] !== 'map' || !keys || !Array.isArray(old)) return undefined;
  return old.find((other: Json) => keys.every((key) => jsonEqual(other?.[key], (item as Json)?.[key])));
}

function checked(
  engine: Engine,
  rule: ValidationRule,
  schema: Schema,
  value: unknown,
  old: unknown,
  path: string,
  isSame: boolean,
): FieldError | undefined {
  const usesOld = /\boldSelf\b/.test(rule.rule);
  if (usesOld && old === undefined && !rule.optionalOldSelf) return undefined;
  if (isSame && !usesOld) return undefined; // what was stored with a fault may stay
  const before = old === undefined ? undefined : toCel(old, schema as ValueSchema);
  const variables = {
    self: toCel(value, schema as ValueSchema),
    oldSelf: rule.optionalOldSelf ? engine.optional(before) : (before ?? null),
  };
  const type = schema.type ?? '';
  const about = rule.message?.trim() || rule.rule.trim();
  try {
    if (engine.compile(rule.rule, VARIABLES).evaluate(variables) === true) return undefined;
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    const overload = error.message.startsWith('no such overload');
    const text = overload
      ? `'${error.message}': call arguments did not match a supported operator, function or macro signature for rule: ${about}`
      : `${error.message} evaluating rule: ${about}`;
    return { reason: 'FieldValueInvalid', field: path, message: `Invalid value: "${type}": ${text}` };
  }
  const message = messageOf(engine, rule, variables) ?? (rule.message?.trim() || `failed rule: ${about}`);
  const field = `${path}${rule.fieldPath ?? ''}`.replace(/^\./, '');
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return { reason: 'FieldValueForbidden', field, message: `Forbidden: ${message}` };
    case 'FieldValueRequired':
      return { reason: 'FieldValueRequired', field, message: `Required value: ${message}` };
    case 'FieldValueDuplicate':
      return { reason: 'FieldValueDuplicate', field, message: `Duplicate value: "${type}"` };
    default:
      return { reason: 'FieldValueInvalid', field, message: `Invalid value: "${type}": ${message}` };
  }
}

function messageOf(engine: Engine, { messageExpression }: ValidationRule, variables: Json): string | undefined {
  if (!messageExpression) return undefined;
  try {
    const value = engine.compile(messageExpression, VARIABLES).evaluate(variables);
    const text = typeof value === 'string' ? value.trim() : '';
    return text && !text.includes('\n') ? text : undefined;
  } catch (error) {
    if (error instanceof CelError) return undefined;
    throw error;
  }
}
