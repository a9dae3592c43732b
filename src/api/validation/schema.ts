// The decoder of the API server: what does not fit the schema, in Go's words, and the object as Go would hold and write it.
// Missing required fields are for the semantic validation to find.

import { badRequest, type StatusError } from '../../machinery/status.ts';
import type { Kind } from '../kind.ts';
import { modelOf, type SchemaProblem, type Structure, type Validator } from '../models.ts';
import { goForm } from './go-form.ts';

export interface SchemaResult<T> {
  /** Paths of fields that the kind does not have, in the order in which a decoder meets them: `spec.containers[0].imag`. */
  unknown: string[];
  /** The first value that cannot be decoded: `json: cannot unmarshal …`, of a map `unrecognized type: …`. */
  typeError?: string;
  /** The object as Go writes it: without unknown fields, nulls and empty optional fields; quantities in canonical form. */
  object: T;
}

/**
 * Checks an object of a built-in kind, or of a model by name (bodies of subresources). Objects of other kinds pass as they are.
 * @param source what the server decodes: a text, or the map that a strategic merge patch leads to; their errors have other words
 */
export async function checkSchema<T>(kind: Kind | string, object: T, source: 'json' | 'map' = 'json'): Promise<SchemaResult<T>> {
  const schema = schemas.get(kind) ?? (await loadSchema(kind));
  if (!schema) return { unknown: [], object };
  const { model, structure } = schema;
  if (passes(schema.checks, object)) return { unknown: [], object: goForm(object, model, structure) };
  const problems: Problem[] = [];
  const check = (checks: Checks, value: unknown, at: readonly Segment[]): void => {
    if (!checks.validate(value)) for (const error of checks.validate.errors ?? []) problems.push(problemOf(error, value, at));
    for (const { path, below } of checks.shared) for (const [part, where] of partsAt(value, path, at)) check(below, part, where);
  };
  check(schema.checks, object, []);
  problems.sort((a, b) => comparePaths(a.path, b.path));
  const unknown = problems.filter(({ isUnknown }) => isUnknown).map(({ path }) => pathText(path));
  const mistyped = problems.filter(({ isUnknown }) => !isUnknown);
  if (!mistyped.length) return { unknown, object: goForm(object, model, structure) };
  const { conversionError, unmarshalError } = await import('./unmarshal-error.ts');
  const errorAt = source === 'map' ? conversionError : unmarshalError;
  const first = mistyped.map(({ path, value }) => errorAt(structure, model, path, value)).find((text) => text !== undefined);
  return { unknown, typeError: first ?? `json: cannot unmarshal field ${pathText(mistyped[0]?.path ?? [])}`, object };
}

/** A model's validator, and those of the models with modules of their own that it leads to. */
interface Checks {
  validate: Validator;
  shared: { path: readonly string[]; below: Checks }[];
}

interface LoadedSchema {
  model: string;
  checks: Checks;
  structure: Structure;
}

/** Whether there is anything to tell at all: nearly always not, and then nobody needs to know where. */
function passes({ validate, shared }: Checks, value: unknown): boolean {
  return validate(value) && shared.every(({ path, below }) => passesAt(below, value, path, 0));
}

function passesAt(checks: Checks, value: unknown, path: readonly string[], depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const name = path[depth] as string;
  const isLast = depth === path.length - 1;
  if (name !== '*') {
    const child = (value as Record<string, unknown>)[name];
    return isLast ? passesAs(checks, child) : passesAt(checks, child, path, depth + 1);
  }
  for (const child of Array.isArray(value) ? value : Object.values(value)) {
    if (!(isLast ? passesAs(checks, child) : passesAt(checks, child, path, depth + 1))) return false;
  }
  return true;
}

/** What is no object is told where it stands, by the validator above. */
const passesAs = (checks: Checks, value: unknown): boolean =>
  typeof value !== 'object' || value === null || Array.isArray(value) || passes(checks, value);

const schemas = new Map<Kind | string, LoadedSchema>();

/** What the fields of a kind are made of, and its model's name there; undefined for kinds without a generated model. */
export const structureOf = async (kind: Kind): Promise<{ model: string; structure: Structure } | undefined> =>
  schemas.get(kind) ?? (await loadSchema(kind));

/** Undefined for kinds that have no generated model. */
async function loadSchema(kind: Kind | string): Promise<LoadedSchema | undefined> {
  const model = typeof kind === 'string' ? kind : await modelOf(kind);
  const { modelLoaders } = await import('../generated/loaders.ts');
  if (model === undefined || !modelLoaders[model]) return undefined;
  const structure: Record<string, Readonly<Record<string, string>>> = {};
  const known = new Map<string, Checks>();
  const load = async (name: string): Promise<Checks | undefined> => {
    const loaded = known.get(name);
    const loader = modelLoaders[name];
    if (loaded || !loader) return loaded;
    const checks: Checks = { validate: (await loader.validator()).validate, shared: [] };
    known.set(name, checks);
    Object.assign(structure, (await loader.structure()).structure);
    for (const [path, sharedModel] of loader.shared) {
      const below = await load(sharedModel);
      if (below) checks.shared.push({ path: path.split('.'), below });
    }
    return checks;
  };
  const checks = await load(model);
  if (!checks) return undefined;
  const schema = { model, checks, structure };
  schemas.set(kind, schema);
  return schema;
}

/** `strict decoding error: unknown field "spec.foo", unknown field "spec.bar"` */
export const strictDecodingError = (unknown: readonly string[]): string =>
  `strict decoding error: ${unknown.map((path) => `unknown field "${path}"`).join(', ')}`;

/** The refusal of a body that does not decode; `problem` is a type error or a strict decoding error. */
export function cannotBeHandled({ names }: Kind, problem: string): StatusError {
  return badRequest(`${names.kind} in version "${names.version}" cannot be handled as a ${names.kind}: ${problem}`);
}

export type Segment = string | number;

interface Problem {
  path: readonly Segment[];
  isUnknown: boolean;
  value: unknown;
}

function problemOf(error: SchemaProblem, root: unknown, at: readonly Segment[]): Problem {
  const within: Segment[] = [];
  let value = root;
  const field = error.params.unknown ?? error.params.mistyped;
  const names = error.instancePath
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (field !== undefined) names.push(field);
  for (const name of names) {
    within.push(Array.isArray(value) ? Number(name) : name);
    value = (value as Record<string, unknown> | undefined)?.[name];
  }
  return { path: [...at, ...within], isUnknown: error.params.unknown !== undefined, value };
}

/** The parts of a value that a path with `*` leads to. */
function* partsAt(value: unknown, [head, ...rest]: readonly string[], at: readonly Segment[]): Generator<[unknown, Segment[]]> {
  if (typeof value !== 'object' || value === null || head === undefined) return;
  const children: [Segment, unknown][] =
    head === '*'
      ? Array.isArray(value)
        ? [...value.entries()]
        : Object.entries(value)
      : [[head, (value as Record<string, unknown>)[head]]];
  for (const [segment, child] of children) {
    if (typeof child !== 'object' || child === null || (Array.isArray(child) && !rest.length)) continue;
    if (rest.length) yield* partsAt(child, rest, [...at, segment]);
    else yield [child, [...at, segment]];
  }
}

/** `spec.containers[0].image` */
export const pathText = (path: readonly Segment[]): string =>
  path.map((segment, i) => (typeof segment === 'number' ? `[${segment}]` : i ? `.${segment}` : segment)).join('');

/** Bodies arrive with sorted keys; a list's items come in order. */
function comparePaths(a: readonly Segment[], b: readonly Segment[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [left, right] = [a[i] as Segment, b[i] as Segment];
    if (left !== right) return left < right ? -1 : 1;
  }
  return a.length - b.length;
}
