// From the published models to the schemas of an OpenAPI document.
import { modelLoaders } from '../../api/generated/loaders.ts';
import type { Docs, Structure } from '../../api/models.ts';

export type JsonSchema = Record<string, unknown>;

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
const TIME = `${META}.Time`;
const MICRO_TIME = `${META}.MicroTime`;

/** What every document may refer to. */
export const COMMON: Readonly<Record<string, JsonSchema>> = {
  [QUANTITY]: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  [INT_OR_STRING]: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  [TIME]: { type: 'string', format: 'date-time' },
  [MICRO_TIME]: { type: 'string', format: 'date-time' },
  [`${META}.ListMeta`]: {
    type: 'object',
    properties: {
      continue: { type: 'string' },
      remainingItemCount: { type: 'integer', format: 'int64' },
      resourceVersion: { type: 'string' },
      selfLink: { type: 'string' },
    },
  },
};

const SCALARS: Readonly<Record<string, JsonSchema>> = {
  s: { type: 'string' },
  b: { type: 'boolean' },
  y: { type: 'string', format: 'byte' },
  i4: { type: 'integer', format: 'int32' },
  i8: { type: 'integer', format: 'int64' },
  d: { type: 'number', format: 'double' },
  a: { type: 'object' },
};
const REFERENCES: Readonly<Record<string, string>> = { q: QUANTITY, x: INT_OR_STRING, t: TIME, T: MICRO_TIME };

/** Groups whose types are published outside of k8s.io/api. */
const PACKAGES: Readonly<Record<string, string>> = {
  'apiextensions.k8s.io': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  'apiregistration.k8s.io': 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
};

export const reference = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/** Puts a model and all that it mentions into `schemas`; returns its name there. */
export async function schemaOf(
  model: string,
  { group, version }: { group: string; version: string },
  schemas: Record<string, JsonSchema>,
): Promise<string> {
  const [structure, docs] = await tablesOf(model);
  const packageOf = await packages();
  const nameOf = (of: string): string => {
    const kind = of.replace(/^(?:[A-Z][a-z]+)?V\d[a-z\d]*(?=[A-Z])/, '');
    const own = `${group.split('.', 1)[0] || 'core'}/${version}`;
    const found = packageOf(kind, own);
    if (found?.startsWith('meta/')) return `${META}.${kind}`;
    if (found) return `io.k8s.api.${found.replace('/', '.')}.${kind}`;
    return `${PACKAGES[group] ?? `io.k8s.api.${group.split('.', 1)[0] || 'core'}`}.${version}.${kind}`;
  };
  // Where the published models say nothing about a field, its type speaks for it, as in `kubectl explain` without a server.
  const typed = (code: string, own: string, isField = false): JsonSchema => {
    const description = own || (isField && code.startsWith(':') ? (docs[code.slice(1)]?.[''] ?? '') : '');
    const about = description ? { description } : {};
    if (code.startsWith('[')) return { ...about, type: 'array', items: typed(code.slice(1), '') };
    if (code.startsWith('{')) return { ...about, type: 'object', additionalProperties: typed(code.slice(1), '') };
    const name = code.startsWith(':') ? nameOf(code.slice(1)) : REFERENCES[code];
    if (name === undefined) return { ...about, ...SCALARS[code] };
    return description ? { ...about, allOf: [reference(name)] } : reference(name);
  };
  for (const [of, fields] of Object.entries(structure)) {
    const name = nameOf(of);
    if (schemas[name]) continue;
    const about = docs[of] ?? {};
    const required = Object.keys(fields).filter((field) => fields[field]?.endsWith('!'));
    const properties = Object.fromEntries(
      Object.entries(fields).map(([field, code]) => [field, typed(code.replace(/!$/, ''), about[field] ?? '', true)]),
    );
    schemas[name] = {
      ...(about[''] ? { description: about[''] } : {}),
      type: 'object',
      ...(required.length ? { required } : {}),
      ...(Object.keys(properties).length ? { properties } : {}),
    };
  }
  return nameOf(model);
}

/** A model's types and descriptions with those of the models that have modules of their own. */
async function tablesOf(model: string): Promise<[Structure, Docs]> {
  const roots = new Set([model]);
  for (const root of roots) for (const [, shared] of modelLoaders[root]?.shared ?? []) roots.add(shared);
  const tables = await Promise.all(
    [...roots].map(async (root) => {
      const loader = modelLoaders[root];
      return loader ? ([(await loader.structure()).structure, (await loader.docs()).docs] as const) : undefined;
    }),
  );
  return [Object.assign({}, ...tables.map((table) => table?.[0])), Object.assign({}, ...tables.map((table) => table?.[1]))];
}

/** Which package has a type: the one asked from if it does, else the core's, else any. */
async function packages(): Promise<(kind: string, own: string) => string | undefined> {
  const { default: messages } = await import('../https/protobuf/messages.json', { with: { type: 'json' } });
  const known = messages as Readonly<Record<string, Readonly<Record<string, string>>>>;
  return (kind, own) => [own, 'core/v1', 'meta/v1', ...Object.keys(known)].find((name) => known[name] && Object.hasOwn(known[name], kind));
}
