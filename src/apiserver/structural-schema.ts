// Plays apiextensions-apiserver's structural schemas: prunes, defaults and validates the objects of a CustomResourceDefinition.
// Rules in CEL (`x-kubernetes-validations`) are in cel/rules.ts. Left out: formats, and conversion.
import type { KubeObject } from '../machinery/object.ts';
import type { FieldError } from '../machinery/status.ts';

export interface Schema {
  type?: string;
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  required?: readonly string[];
  default?: unknown;
  nullable?: boolean;
  enum?: readonly unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  allOf?: readonly Schema[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  not?: Schema;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: readonly string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-validations'?: readonly ValidationRule[];
}

/** A rule in CEL. */
export interface ValidationRule {
  rule: string;
  message?: string;
  messageExpression?: string;
  reason?: string;
  fieldPath?: string;
  optionalOldSelf?: boolean;
}

type Json = Record<string, unknown>;

/** The schema of one served version. */
export function schemaOf(definition: KubeObject, version: string): Schema | undefined {
  const { versions = [] } = definition.spec as { versions?: { name: string; schema?: { openAPIV3Schema?: Schema } }[] };
  return versions.find(({ name }) => name === version)?.schema?.openAPIV3Schema;
}

/** A copy with unknown fields dropped and defaults set; their paths go to `unknown`. */
export function prunedAndDefaulted(object: KubeObject, schema: Schema, unknown: string[]): KubeObject {
  const { apiVersion, kind, metadata, ...content } = object;
  return { apiVersion, kind, metadata, ...(shaped(content, schema, '', unknown) as Json) };
}

function shaped(value: unknown, schema: Schema, path: string, unknown: string[]): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item, i) => shaped(item, items, `${path}[${i}]`, unknown)) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const { properties = {}, additionalProperties } = schema;
  const source = value as Json;
  const result: Json = {};
  for (const name of Object.keys(source)) {
    const at = path ? `${path}.${name}` : name;
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const field = known ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (field) {
      // A null where none is allowed counts as absent when there is a default.
      if (source[name] === null && !field.nullable && field.default !== undefined) continue;
      result[name] = shaped(source[name], field, at, unknown);
    } else if (isOpen(schema) || (schema['x-kubernetes-embedded-resource'] && isIdentity(name))) result[name] = source[name];
    else unknown.push(at);
  }
  for (const name of Object.keys(properties)) {
    const field = properties[name] as Schema;
    if (result[name] === undefined && field.default !== undefined) result[name] = shaped(field.default, field, name, []);
  }
  return result;
}

const isOpen = (schema: Schema): boolean =>
  schema['x-kubernetes-preserve-unknown-fields'] === true ||
  schema.additionalProperties === true ||
  (schema.type === undefined && !schema.properties);

const isIdentity = (name: string): boolean => name === 'apiVersion' || name === 'kind' || name === 'metadata';

/** Every problem, in the words of kube-openapi's validation. */
export function schemaErrors(object: KubeObject, schema: Schema): FieldError[] {
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...content } = object;
  return problems(content, schema, '');
}

const invalidAt = (path: string, value: unknown, text: string): FieldError => ({
  reason: 'FieldValueInvalid',
  field: path,
  message: `Invalid value: ${JSON.stringify(value)}: ${path ? `${path} in body ${text}` : text}`,
});

function problems(value: unknown, schema: Schema, path: string): FieldError[] {
  if (value === undefined || (value === null && schema.nullable)) return [];
  const wrong = typeProblem(value, schema, path);
  if (wrong) return [wrong];
  const errors: FieldError[] = [];
  if (schema.enum && !schema.enum.some((one) => JSON.stringify(one) === JSON.stringify(value))) {
    const supported = schema.enum.map((one) => JSON.stringify(one)).join(', ');
    errors.push({
      reason: 'FieldValueNotSupported',
      field: path,
      message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`,
    });
  }
  if (typeof value === 'number') errors.push(...numberProblems(value, schema, path));
  if (typeof value === 'string') errors.push(...stringProblems(value, schema, path));
  if (Array.isArray(value)) errors.push(...listProblems(value, schema, path));
  else if (typeof value === 'object' && value !== null) errors.push(...objectProblems(value as Json, schema, path));
  errors.push(...combinedProblems(value, schema, path));
  return errors;
}

function typeProblem(value: unknown, schema: Schema, path: string): FieldError | undefined {
  if (schema['x-kubernetes-int-or-string']) {
    if (typeof value === 'string' || Number.isInteger(value)) return undefined;
    return invalidAt(path, typeName(value), `must be of type integer,string: ${JSON.stringify(typeName(value))}`);
  }
  const { type } = schema;
  if (!type) return undefined;
  const actual = typeName(value);
  if (actual === type || (type === 'number' && actual === 'integer')) return undefined;
  return invalidAt(path, actual, `must be of type ${type}: ${JSON.stringify(actual)}`);
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function numberProblems(value: number, schema: Schema, path: string): FieldError[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const errors: FieldError[] = [];
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    errors.push(invalidAt(path, value, `should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`));
  }
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    errors.push(invalidAt(path, value, `should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`));
  }
  if (multipleOf && value % multipleOf !== 0) errors.push(invalidAt(path, value, `should be a multiple of ${multipleOf}`));
  return errors;
}

function stringProblems(value: string, schema: Schema, path: string): FieldError[] {
  const { minLength, maxLength, pattern } = schema;
  const errors: FieldError[] = [];
  const length = [...value].length;
  if (maxLength !== undefined && length > maxLength) {
    errors.push({ reason: 'FieldValueTooLong', field: path, message: `Too long: may not be more than ${maxLength} bytes` });
  }
  if (minLength !== undefined && length < minLength) errors.push(invalidAt(path, value, `should be at least ${minLength} chars long`));
  if (pattern !== undefined && expression(pattern)?.test(value) === false) errors.push(invalidAt(path, value, `should match '${pattern}'`));
  return errors;
}

const expressions = new Map<string, RegExp | undefined>();

/** Undefined for what Go's expressions have and ours have not. */
function expression(pattern: string): RegExp | undefined {
  if (!expressions.has(pattern)) {
    try {
      expressions.set(pattern, new RegExp(pattern, 'u'));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      expressions.set(pattern, undefined);
    }
  }
  return expressions.get(pattern);
}

function listProblems(value: readonly unknown[], schema: Schema, path: string): FieldError[] {
  const { items, minItems, maxItems } = schema;
  const errors: FieldError[] = [];
  if (maxItems !== undefined && value.length > maxItems) {
    errors.push({ reason: 'FieldValueTooMany', field: path, message: `Too many: ${value.length}: must have at most ${maxItems} items` });
  }
  if (minItems !== undefined && value.length < minItems)
    errors.push(invalidAt(path, value.length, `should have at least ${minItems} items`));
  if (items) for (const [i, item] of value.entries()) errors.push(...problems(item, items, `${path}[${i}]`));
  return errors;
}

function objectProblems(value: Json, schema: Schema, path: string): FieldError[] {
  const { properties = {}, additionalProperties, required = [], minProperties, maxProperties } = schema;
  const errors: FieldError[] = [];
  const at = (name: string): string => (path ? `${path}.${name}` : name);
  const names = Object.keys(value);
  if (maxProperties !== undefined && names.length > maxProperties) {
    errors.push({
      reason: 'FieldValueTooMany',
      field: path,
      message: `Too many: ${names.length}: must have at most ${maxProperties} items`,
    });
  }
  if (minProperties !== undefined && names.length < minProperties) {
    errors.push(invalidAt(path, names.length, `should have at least ${minProperties} properties`));
  }
  for (const name of required) {
    if (value[name] === undefined && !isIdentity(name))
      errors.push({ reason: 'FieldValueRequired', field: at(name), message: 'Required value' });
  }
  for (const name of names.sort()) {
    const field = Object.hasOwn(properties, name)
      ? properties[name]
      : typeof additionalProperties === 'object'
        ? additionalProperties
        : undefined;
    if (field) errors.push(...problems(value[name], field, at(name)));
  }
  return errors;
}

function combinedProblems(value: unknown, { allOf, anyOf, oneOf, not }: Schema, path: string): FieldError[] {
  const errors = (allOf ?? []).flatMap((schema) => problems(value, schema, path));
  const holds = (schema: Schema): boolean => problems(value, schema, path).length === 0;
  const must = (text: string): FieldError => ({
    reason: 'FieldValueInvalid',
    field: path,
    message: `Invalid value: ${JSON.stringify(value)}: ${JSON.stringify(path)} ${text}`,
  });
  if (anyOf && !anyOf.some(holds)) errors.push(must('must validate at least one schema (anyOf)'));
  if (oneOf && oneOf.filter(holds).length !== 1) errors.push(must('must validate one and only one schema (oneOf)'));
  if (not && holds(not)) errors.push(must('must not validate the schema (not)'));
  return errors;
}
