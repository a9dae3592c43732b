// Plays the OpenAPI v3 endpoints: a list of documents, and one for each group and version, made from the published models when somebody
// asks. Left out: merge keys of lists and defaults, for which clients use what they were built with.
import { modelLoaders } from '../../api/generated/loaders.ts';
import { builtinResources } from '../../api/generated/resources.ts';
import type { V1CustomResourceDefinitionSpec } from '../../api/generated/types.ts';
import type { Docs } from '../../api/models.ts';
import { deepFreeze } from '../../machinery/freeze.ts';
import type { ApiResponse } from '../../machinery/http.ts';
import { hash32 } from '../../machinery/random.ts';
import type { Resource } from '../resource.ts';
import { pathNotFound, type Resources } from '../resources.ts';
import { SERVER_VERSION } from '../version.ts';
import { pathsOf } from './paths.ts';
import { COMMON, type JsonSchema, reference, schemaOf } from './schemas.ts';

export interface Document {
  openapi: '3.0.0';
  info: { title: string; version: string };
  paths: Record<string, unknown>;
  components: { schemas: Record<string, JsonSchema> };
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const ROOT = '/openapi/v3';
const builtin = new Map<string, Promise<Document>>();

/** `/openapi/v3` and what is below it. */
export async function openapiV3(segments: readonly string[], resources: Resources): Promise<ApiResponse> {
  const groups = groupVersions(resources);
  if (segments.length === 2) {
    const paths: Record<string, { serverRelativeURL: string }> = {};
    for (const [path, served] of groups) paths[path] = { serverRelativeURL: `${ROOT}/${path}?hash=${hashOf(path, served)}` };
    return { code: 200, body: { paths } };
  }
  const path = segments.slice(2).join('/');
  const served = groups.get(path);
  if (!served) throw pathNotFound();
  if (served.some(({ custom }) => custom)) return { code: 200, body: await documentOf(served) };
  let document = builtin.get(path);
  if (!document) {
    document = documentOf(served).then((made) => deepFreeze(made));
    builtin.set(path, document);
  }
  return { code: 200, body: await document };
}

/** `apis/apps/v1` and its resources. */
export function groupVersions(resources: Resources): Map<string, Resource[]> {
  const groups = new Map<string, Resource[]>();
  for (const resource of resources.all()) {
    const { group, version } = resource.kind.names;
    const path = group ? `apis/${group}/${version}` : `api/${version}`;
    groups.set(path, [...(groups.get(path) ?? []), resource]);
  }
  return groups;
}

function hashOf(path: string, served: readonly Resource[]): string {
  const revisions = served.map(({ custom }) => custom?.metadata.resourceVersion ?? '').join();
  return hash32(`${SERVER_VERSION.gitVersion}/${path}/${revisions}`).toString(16).toUpperCase().padStart(8, '0');
}

export async function documentOf(served: readonly Resource[]): Promise<Document> {
  const schemas: Record<string, JsonSchema> = { ...COMMON };
  const paths: Record<string, unknown> = {};
  for (const resource of served) {
    const name = resource.custom ? await customSchema(resource, schemas) : await builtinSchema(resource, schemas);
    Object.assign(paths, pathsOf(resource, name));
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: SERVER_VERSION.gitVersion },
    paths,
    components: { schemas },
  };
}

async function builtinSchema({ kind: { names } }: Resource, schemas: Record<string, JsonSchema>): Promise<string> {
  const entry = builtinResources.find(
    ({ group, version, plural }) => group === names.group && version === names.version && plural === names.plural,
  );
  if (!entry || !modelLoaders[entry.model]) return '';
  const { group, version, kind } = names;
  const name = await schemaOf(entry.model, names, schemas);
  const schema = schemas[name];
  if (schema) schemas[name] = { ...schema, 'x-kubernetes-group-version-kind': [{ group, kind, version }] };
  schemas[`${name}List`] = listSchema(name, { group, kind: `${kind}List`, version });
  return name;
}

async function customSchema({ kind: { names }, custom }: Resource, schemas: Record<string, JsonSchema>): Promise<string> {
  const { group, version, kind } = names;
  const name = `${group.split('.').reverse().join('.')}.${version}.${kind}`;
  const spec = custom?.spec as V1CustomResourceDefinitionSpec | undefined;
  const declared = spec?.versions.find((one) => one.name === version)?.schema?.openAPIV3Schema as JsonSchema | undefined;
  await schemaOf('V1ObjectMeta', { group: 'meta', version: 'v1' }, schemas);
  schemas[name] = {
    type: 'object',
    ...declared,
    properties: {
      ...(await typeMeta()),
      ...(declared?.properties as object | undefined),
      metadata: {
        description: `Standard object's metadata. More info: ${CONVENTIONS}#metadata`,
        allOf: [reference(`${META}.ObjectMeta`)],
      },
    },
    'x-kubernetes-group-version-kind': [{ group, kind, version }],
  };
  schemas[`${name}List`] = listSchema(name, { group, kind: spec?.names.listKind ?? `${kind}List`, version });
  return name;
}

const CONVENTIONS = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';

/** `apiVersion` and `kind` with what the published models say of them. */
async function typeMeta(): Promise<Record<string, JsonSchema>> {
  const { docs } = (await modelLoaders.V1Pod?.docs()) ?? { docs: {} as Docs };
  const about = (field: string): JsonSchema => ({ description: docs.V1Pod?.[field] ?? '', type: 'string' });
  return { apiVersion: about('apiVersion'), kind: about('kind') };
}

function listSchema(name: string, gvk: { group: string; kind: string; version: string }): JsonSchema {
  return {
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      items: { type: 'array', items: reference(name) },
      kind: { type: 'string' },
      metadata: reference(`${META}.ListMeta`),
    },
    'x-kubernetes-group-version-kind': [gvk],
  };
}
