// Custom resources for controllers that concern every kind: as the definitions name them, in the version in which they are stored.
import { CustomResourceDefinition } from '../api/apiextensions/customresourcedefinition.ts';
import type { Kind } from '../api/kind.ts';
import type { Client } from '../client/client.ts';
import type { KubeObject } from '../machinery/object.ts';

export async function customKinds(client: Client): Promise<Kind[]> {
  return (await client.list(CustomResourceDefinition)).flatMap((definition) => kindIn(definition) ?? []);
}

/** `foos.example.com`: the name of its definition. */
export async function customKind(client: Client, resource: string): Promise<Kind | undefined> {
  const definition = await client.get(CustomResourceDefinition, { name: resource });
  return definition && kindIn(definition);
}

/** Undefined while it is not served. */
function kindIn({ spec, status }: CustomResourceDefinition): Kind | undefined {
  if (!status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True')) return undefined;
  const version = spec.versions.find(({ served, storage }) => served && storage) ?? spec.versions.find(({ served }) => served);
  if (!version) return undefined;
  const { group, names, scope } = spec;
  const { kind, plural, singular = kind.toLowerCase(), shortNames = [], categories = [] } = names;
  return {
    names: {
      group,
      version: version.name,
      kind,
      plural,
      singular,
      shortNames,
      categories,
      namespaced: scope === 'Namespaced',
      verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
      subresources: [],
    },
    resource: `${plural}.${group}`,
    etcdPrefix: `/registry/${group}/${plural}/`,
    strategy: {},
  } satisfies Kind<KubeObject> as Kind;
}
