// The paths of an OpenAPI document: what each resource can be asked, as far as clients look it up: operations with the kind that they
// are about, and the query options that they take.
import type { Resource } from '../resource.ts';

const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  list: [
    'allowWatchBookmarks',
    'continue',
    'fieldSelector',
    'labelSelector',
    'limit',
    'resourceVersion',
    'resourceVersionMatch',
    'sendInitialEvents',
    'timeoutSeconds',
    'watch',
  ],
  create: ['dryRun', 'fieldManager', 'fieldValidation'],
  update: ['dryRun', 'fieldManager', 'fieldValidation'],
  patch: ['dryRun', 'fieldManager', 'fieldValidation', 'force'],
  delete: ['dryRun', 'gracePeriodSeconds', 'ignoreStoreReadErrorWithClusterBreakingPotential', 'orphanDependents', 'propagationPolicy'],
};
const INTEGERS = new Set(['limit', 'timeoutSeconds', 'gracePeriodSeconds']);
const BOOLEANS = new Set(['allowWatchBookmarks', 'sendInitialEvents', 'watch', 'force', 'orphanDependents']);
const PATCHES = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'];

/** The verb in discovery, the method, and what the operation is called in documents. */
const COLLECTION = [
  ['list', 'get', 'list'],
  ['create', 'post', 'post'],
  ['deletecollection', 'delete', 'deletecollection'],
] as const;
const OBJECT = [
  ['get', 'get', 'get'],
  ['update', 'put', 'put'],
  ['patch', 'patch', 'patch'],
  ['delete', 'delete', 'delete'],
] as const;

/** @param schema the name of the objects' schema */
export function pathsOf({ kind: { names } }: Resource, schema: string): Record<string, unknown> {
  const { group, version, kind, plural, namespaced, verbs } = names;
  const gvk = { group, kind, version };
  const root = group ? `/apis/${group}/${version}` : `/api/${version}`;
  const body = schema ? { content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } } : undefined;
  const list = schema ? { content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}List` } } } } : undefined;

  const operation = (verb: string, action: string, scope: string): Record<string, unknown> => ({
    operationId: `${verb}${kind}${scope}`,
    tags: [`${group.split('.', 1)[0] || 'core'}_${version}`],
    parameters: (OPTIONS[verb === 'deletecollection' ? 'list' : verb] ?? []).map(parameter),
    ...(body && (verb === 'create' || verb === 'update') ? { requestBody: body } : {}),
    ...(verb === 'patch'
      ? { requestBody: { content: Object.fromEntries(PATCHES.map((type) => [type, { schema: { type: 'object' } }])) } }
      : {}),
    responses: { 200: { description: 'OK', ...(verb === 'list' ? list : body) } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
  });
  const operations = (of: typeof COLLECTION | typeof OBJECT, scope: string): Record<string, unknown> =>
    Object.fromEntries(
      of.filter(([verb]) => verbs.includes(verb)).map(([verb, method, action]) => [method, operation(verb, action, scope)]),
    );

  const at = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
  const inPath = [...(namespaced ? [pathParameter('namespace')] : [])];
  return {
    ...(namespaced && verbs.includes('list') ? { [`${root}/${plural}`]: { get: operation('list', 'list', 'ForAllNamespaces') } } : {}),
    [at]: { ...operations(COLLECTION, ''), ...(inPath.length ? { parameters: inPath } : {}) },
    [`${at}/{name}`]: { ...operations(OBJECT, ''), parameters: [pathParameter('name'), ...inPath] },
  };
}

const parameter = (name: string): Record<string, unknown> => ({
  name,
  in: 'query',
  schema: { type: INTEGERS.has(name) ? 'integer' : BOOLEANS.has(name) ? 'boolean' : 'string', uniqueItems: true },
});

const pathParameter = (name: string): Record<string, unknown> => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string', uniqueItems: true },
});
