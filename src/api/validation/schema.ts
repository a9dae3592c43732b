// The decoder of the API server: what does not fit the schema, in Go's words, and the object as Go would hold and write it.
// Missing required fields are for the semantic validation to find.

import { badRequest, type StatusError } from '../../machinery/status.ts';
import type { Kind } from '../kind.ts';
import { type ModelLoader, modelOf, type SchemaProblem } from '../models.ts';
import { goForm } from './go-form.ts';

export interface SchemaResult<T> {
  /** Paths of fields that the kind does not have, in the order in which a decoder meets them: `spec.containers[0].imag`. */
  unknown: string[];
  /** The first value that cannot be decoded: `json: cannot unmarshal …`. */
  typeError?: string;
  /** The object as Go writes it: without unknown fields, nulls and empty optional fields; quantities in canonical form. */
  object: T;
}

/** Checks an object of a built-in kind, or of a model by name (bodies of subresources). Objects of other kinds pass as they are. */
export async function checkSchema<T>(kind: Kind | string, object: T): Promise<SchemaResult<T>> {
  const model = typeof kind === 'string' ? kind : await modelOf(kind);
  const { modelLoaders } = await import('../generated/loaders.ts');
  const loader = model === undefined ? undefined : modelLoaders[model];
  if (!model || !loader) return { unknown: [], object };
  const roots: [model: string, loader: ModelLoader][] = [[model, loader]];
  for (const [, name] of loader.shared) {
    const shared = modelLoaders[name];
    if (shared && !roots.some(([known]) => known === name)) {
      roots.push([name, shared]);
      for (const [, below] of shared.shared) {
        const deeper = modelLoaders[below];
        if (deeper && !roots.some(([known]) => known === below)) roots.push([below, deeper]);
      }
    }
  }
  const [validators, structures] = await Promise.all([
    Promise.all(roots.map(async ([name, { validator }]) => [name, (await validator()).validate] as const)),
    Promise.all(roots.map(async ([, { structure }]) => (await structure()).structure)),
  ]);
  const structure = Object.assign({}, ...structures) as Record<string, Record<string, string>>;

  const problems: Problem[] = [];
  const check = (name: string, value: unknown, at: readonly Segment[]): void => {
    const validate = validators.find(([known]) => known === name)?.[1];
    if (validate && !validate(value)) for (const error of validate.errors ?? []) problems.push(problemOf(error, value, at));
    for (const [path, shared] of modelLoaders[name]?.shared ?? []) {
      for (const [part, where] of partsAt(value, path.split('.'), at)) check(shared, part, where);
    }
  };
  check(model, object, []);
  if (!problems.length) return { unknown: [], object: goForm(object, model, structure) };

  problems.sort((a, b) => comparePaths(a.path, b.path));
  const unknown = problems.filter(({ isUnknown }) => isUnknown).map(({ path }) => pathText(path));
  const mistyped = problems.filter(({ isUnknown }) => !isUnknown);
  if (!mistyped.length) return { unknown, object: goForm(object, model, structure) };
  const { unmarshalError } = await import('./unmarshal-error.ts');
  const first = mistyped.map(({ path, value }) => unmarshalError(structure, model, path, value)).find((text) => text !== undefined);
  return { unknown, typeError: first ?? `json: cannot unmarshal field ${pathText(mistyped[0]?.path ?? [])}`, object };
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
