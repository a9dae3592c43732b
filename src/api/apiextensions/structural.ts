// apiextensions-apiserver/pkg/apiserver/schema: what makes the schema of a CustomResourceDefinition structural. Left out: that every
// field of a junctor is also specified outside of it.
import type { FieldError } from '../../machinery/status.ts';
import { forbiddenField, invalidValue, required } from '../../machinery/validation/field-error.ts';

interface Schema {
  type?: string;
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  allOf?: readonly Schema[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  not?: Schema;
  pattern?: string;
  default?: unknown;
  title?: string;
  description?: string;
  nullable?: boolean;
  externalDocs?: unknown;
  uniqueItems?: boolean;
  $ref?: string;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: readonly string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-validations'?: readonly unknown[];
}

type Level = 'root' | 'item' | 'field';

const NO_TYPE: Record<Level, string> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

/** Everything that keeps a schema from being structural, in order of the sentences. */
export function structuralErrors(schema: object, path: string): FieldError[] {
  const text = ({ field, message }: FieldError): string => `${field}: ${message}`;
  return invariants(schema as Schema, 'root', path).sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

function invariants(schema: Schema, level: Level, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { type, properties = {}, additionalProperties, items } = schema;
  if (schema.$ref) errors.push(forbiddenField(`${path}.$ref`, '$ref is not supported'));
  if (schema.uniqueItems)
    errors.push(forbiddenField(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'));
  if (type === 'array' && !items) errors.push(required(`${path}.items`, 'must be specified'));
  if (items) errors.push(...invariants(items, 'item', `${path}.items`));
  for (const [name, field] of Object.entries(properties)) {
    if (level === 'root' && name === 'metadata') errors.push(...metadataErrors(field, `${path}.properties[metadata]`));
    else errors.push(...invariants(field, 'field', `${path}.properties[${name}]`));
  }
  if (additionalProperties !== undefined && level === 'root') {
    errors.push(forbiddenField(`${path}.additionalProperties`, 'must not be used at the root'));
  }
  if (typeof additionalProperties === 'object') errors.push(...invariants(additionalProperties, 'field', `${path}.additionalProperties`));
  if (additionalProperties && Object.keys(properties).length > 0) {
    errors.push(forbiddenField(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
  }
  errors.push(...typeErrors(schema, level, path), ...listErrors(schema, path));
  for (const name of ['kind', 'apiVersion'] as const) {
    const field = properties[name];
    if (level === 'root' && field && field.type !== 'string') {
      errors.push(invalidValue(`${path}.properties[${name}].type`, field.type ?? '', 'must be string'));
    }
  }
  return [...errors, ...valueErrors(schema, path, isIntOrString(schema))];
}

function typeErrors(schema: Schema, level: Level, path: string): FieldError[] {
  const { type, additionalProperties, properties } = schema;
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const isEither = schema['x-kubernetes-int-or-string'] === true;
  const errors: FieldError[] = [];
  if (isEither && isOpen) {
    errors.push(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, true, 'must be false if x-kubernetes-int-or-string is true'));
  }
  if (schema['x-kubernetes-embedded-resource']) {
    const must = 'must be object if x-kubernetes-embedded-resource is true';
    if (!type) errors.push(required(`${path}.type`, must));
    else if (type !== 'object') errors.push(invalidValue(`${path}.type`, type, must));
    if (additionalProperties !== undefined) {
      errors.push(forbiddenField(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'));
    }
    if (!isOpen && !Object.keys(properties ?? {}).length) {
      errors.push(
        required(
          `${path}.properties`,
          'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
        ),
      );
    }
  } else if (!type && !isEither && !isOpen) errors.push(required(`${path}.type`, NO_TYPE[level]));
  if (level === 'root' && type && type !== 'object') errors.push(invalidValue(`${path}.type`, type, 'must be object at the root'));
  return errors;
}

function listErrors(schema: Schema, path: string): FieldError[] {
  const sort = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (sort === undefined) {
    return keys.length ? [required(`${path}.x-kubernetes-list-type`, 'must be map if x-kubernetes-list-map-keys is non-empty')] : [];
  }
  const errors: FieldError[] = [];
  if (schema.type !== 'array') {
    errors.push(
      schema.type
        ? invalidValue(`${path}.type`, schema.type, 'must be array if x-kubernetes-list-type is specified')
        : required(`${path}.type`, 'must be array if x-kubernetes-list-type is specified'),
    );
  }
  if (sort !== 'map') {
    if (keys.length)
      errors.push(forbiddenField(`${path}.x-kubernetes-list-map-keys`, 'must not be specified if x-kubernetes-list-type is not map'));
    return errors;
  }
  if (!keys.length) errors.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
  for (const [i, key] of keys.entries()) {
    if (schema.items?.properties?.[key] === undefined) {
      errors.push(invalidValue(`${path}.x-kubernetes-list-map-keys[${i}]`, key, 'entries must all be names of item properties'));
    }
  }
  return errors;
}

function metadataErrors(schema: Schema, path: string): FieldError[] {
  const errors = schema.type === 'object' ? [] : [invalidValue(`${path}.type`, schema.type ?? '', 'must be object')];
  const { type: _type, default: _default, description: _description, properties = {}, ...rest } = schema;
  const isNames = Object.keys(properties).every((name) => name === 'name' || name === 'generateName');
  if (!isNames || Object.keys(rest).length > 0) {
    errors.push(forbiddenField(path, 'must not specify anything other than name and generateName, but metadata is implicitly specified'));
  }
  return errors;
}

const EITHER = JSON.stringify([{ type: 'integer' }, { type: 'string' }]);
const isIntOrString = (schema: Schema): boolean => schema['x-kubernetes-int-or-string'] === true;

/** Junctors may say what values are good, not what there is. */
function valueErrors(schema: Schema, path: string, mayBeEither: boolean): FieldError[] {
  const { anyOf = [], allOf = [], oneOf = [], not, pattern } = schema;
  const errors: FieldError[] = [];
  const isEither = (list: readonly Schema[]): boolean => mayBeEither && JSON.stringify(list) === EITHER;
  if (!isEither(anyOf)) for (const [i, one] of anyOf.entries()) errors.push(...nestedErrors(one, `${path}.anyOf[${i}]`, false));
  for (const [i, one] of allOf.entries()) errors.push(...nestedErrors(one, `${path}.allOf[${i}]`, mayBeEither && i === 0));
  for (const [i, one] of oneOf.entries()) errors.push(...nestedErrors(one, `${path}.oneOf[${i}]`, false));
  if (not) errors.push(...nestedErrors(not, `${path}.not`, false));
  if (pattern && !isPattern(pattern)) {
    errors.push(
      invalidValue(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: error parsing regexp: invalid pattern`),
    );
  }
  return errors;
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return /\(\?[a-zA-Z]|\\[zAQpP]|\[\[:/.test(pattern); // Go knows these, we do not
  }
}

function nestedErrors(schema: Schema, path: string, mayBeEither: boolean): FieldError[] {
  const errors = valueErrors(schema, path, mayBeEither);
  if (schema.items) errors.push(...nestedErrors(schema.items, `${path}.items`, false));
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (name === 'metadata') errors.push(forbiddenField(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
    errors.push(...nestedErrors(field, `${path}.properties[${name}]`, false));
  }
  const must = (field: keyof Schema, state: string): void => {
    const value = schema[field];
    if (value !== undefined && value !== '' && value !== false)
      errors.push(forbiddenField(`${path}.${field}`, `must be ${state} to be structural`));
  };
  must('type', 'empty');
  must('additionalProperties', 'undefined');
  must('default', 'undefined');
  must('title', 'empty');
  must('description', 'empty');
  must('nullable', 'false');
  must('externalDocs', 'undefined');
  must('x-kubernetes-preserve-unknown-fields', 'false');
  must('x-kubernetes-embedded-resource', 'false');
  must('x-kubernetes-int-or-string', 'false');
  must('x-kubernetes-list-map-keys', 'empty');
  must('x-kubernetes-list-type', 'undefined');
  must('x-kubernetes-map-type', 'undefined');
  must('x-kubernetes-validations', 'empty');
  return errors;
}
