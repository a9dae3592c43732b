// Plays apiextensions-apiserver's customresource handler: the kinds that stored CustomResourceDefinitions serve. Their schemas
// are structural-schema.ts; conversion between versions is none.
import type {
  V1CustomResourceColumnDefinition,
  V1CustomResourceDefinitionSpec,
  V1CustomResourceDefinitionVersion,
} from '../api/generated/types.ts';
import type { Column, Kind, Strategy } from '../api/kind.ts';
import { ageOf } from '../machinery/age.ts';
import type { KubeObject } from '../machinery/object.ts';
import { type Resource, resourceOf } from './resource.ts';
import { type Schema, schemaErrors } from './structural-schema.ts';

/** Where etcd keeps the definitions. */
export const DEFINITIONS = '/registry/apiextensions.k8s.io/customresourcedefinitions/';

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/** Served resources of the established definitions, by `group/version/plural`. */
export function customResources(definitions: readonly KubeObject[]): ReadonlyMap<string, Resource> {
  const found = new Map<string, Resource>();
  for (const definition of definitions) {
    if (!isEstablished(definition)) continue;
    const spec = definition.spec as V1CustomResourceDefinitionSpec;
    for (const version of spec.versions) {
      if (!version.served) continue;
      const subresources = [...(version.subresources?.status ? ['status'] : []), ...(version.subresources?.scale ? ['scale'] : [])];
      const kind: Kind = {
        names: {
          group: spec.group,
          version: version.name,
          kind: spec.names.kind,
          plural: spec.names.plural,
          singular: spec.names.singular ?? spec.names.kind.toLowerCase(),
          shortNames: spec.names.shortNames ?? [],
          categories: spec.names.categories ?? [],
          namespaced: spec.scope === 'Namespaced',
          verbs: VERBS,
          subresources,
        },
        resource: `${spec.names.plural}.${spec.group}`,
        etcdPrefix: `/registry/${spec.group}/${spec.names.plural}/`,
        strategy: customStrategy(version),
      };
      found.set(`${spec.group}/${version.name}/${spec.names.plural}`, resourceOf(kind, definition));
    }
  }
  return found;
}

function customStrategy(version: V1CustomResourceDefinitionVersion): Strategy<KubeObject> {
  const schema = version.schema?.openAPIV3Schema as Schema | undefined;
  const validate = schema ? (object: KubeObject) => schemaErrors(object, schema) : undefined;
  return { columns: columnsOf(version.additionalPrinterColumns), ...(validate ? { validate } : {}) };
}

function isEstablished(definition: KubeObject): boolean {
  const { conditions = [] } = (definition.status ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
}

function columnsOf(declared: readonly V1CustomResourceColumnDefinition[] | undefined): readonly Column<KubeObject>[] {
  const name: Column<KubeObject> = { header: 'Name', format: 'name', cell: (object) => object.metadata.name };
  const age: Column<KubeObject> = {
    header: 'Age',
    type: 'date',
    cell: (object, now) => ageOf(object.metadata.creationTimestamp, now),
  };
  if (!declared?.length) return [name, age];
  return [
    name,
    ...declared.map(
      (column): Column<KubeObject> => ({
        header: column.name,
        cell: (object, now) => {
          const value = valueAt(object, column.jsonPath);
          if (value === undefined || value === null) return column.type === 'date' ? '<unknown>' : undefined;
          if (column.type === 'date') return ageOf(String(value), now);
          return typeof value === 'object' ? JSON.stringify(value) : (value as string | number | boolean);
        },
        ...(column.priority ? { wide: true } : {}),
        ...(column.type === 'integer' || column.type === 'boolean' || column.type === 'date' ? { type: column.type } : {}),
      }),
    ),
  ];
}

/** The simple JSON paths that printer columns use: fields, indexes, `[*]` and `[?(@.type=="Ready")]`. */
export function valueAt(object: unknown, path: string): unknown {
  let found: unknown[] = [object];
  for (const step of path.match(/\[\?\(@\.[^)]*\)\]|\[[^\]]*\]|(?:\\.|[^.[])+/g) ?? []) {
    found = found.flatMap((value) => stepInto(value, step));
  }
  return found[0];
}

function stepInto(value: unknown, step: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const filter = /^\[\?\(@\.([^=!]+?)\s*==\s*["']([^"']*)["']\s*\)\]$/.exec(step);
  if (filter) {
    const [, field = '', wanted] = filter;
    return Array.isArray(value) ? value.filter((item: Record<string, unknown>) => String(item?.[field]) === wanted) : [];
  }
  const name = step.startsWith('[') ? step.slice(1, -1).replace(/^['"]|['"]$/g, '') : step.replace(/\\(.)/g, '$1');
  if (name === '*') return Object.values(value);
  if (!Object.hasOwn(value, name)) return [];
  return [(value as Record<string, unknown>)[name]];
}
