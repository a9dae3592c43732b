// Plays apimachinery's serializers: from a request body to an object of the expected kind. YAML is loaded only when somebody sends it.

import { jsonEqual } from '../machinery/equal.ts';
import { thaw } from '../machinery/freeze.ts';
import type { ApiRequest } from '../machinery/http.ts';
import { checkNames, JsonTextError, parseJson } from '../machinery/json-text.ts';
import type { KubeObject } from '../machinery/object.ts';
import { badRequest, failure } from '../machinery/status.ts';
import type { Resource } from './resource.ts';

const MEDIA_TYPES = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';

/** The body as a JSON value. */
export async function parseBody(request: ApiRequest): Promise<unknown> {
  const { body } = request;
  const type = (request.contentType ?? 'application/json').split(';', 1)[0];
  if (type !== 'application/json' && type !== 'application/yaml') {
    throw failure(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${MEDIA_TYPES}`,
    );
  }
  if (typeof body !== 'string') return body;
  if (type === 'application/yaml') return fromYaml(body);
  try {
    return parseJson(body);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    throw badRequest(`couldn't get version/kind; json parse error: ${error.message}`);
  }
}

/** The first document. */
async function fromYaml(text: string): Promise<unknown> {
  const { readSimpleYaml } = await import('../machinery/yaml-read.ts');
  try {
    const documents = readSimpleYaml(text) ?? (await import('../machinery/yaml-full.ts')).readYaml(text);
    checkNames(documents[0]);
    return documents[0];
  } catch (error) {
    const problem = error instanceof RangeError ? 'yaml: exceeded max depth of 10000' : (error as Error).message;
    throw badRequest(`error converting YAML to JSON: ${problem}`);
  }
}

/** Checks that a JSON value is an object of the resource's kind. A kind that it does not name is filled in. */
export function expectKind(body: unknown, resource: Resource): KubeObject {
  const { kind } = resource.kind.names;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    if (body === undefined || body === null) throw badRequest(`no body sent`);
    throw badRequest(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(body) ? 'array' : typeof body} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  }
  const given = body as Partial<KubeObject>;
  if (given.apiVersion !== undefined && given.apiVersion !== resource.apiVersion) {
    throw badRequest(`the API version in the data (${given.apiVersion}) does not match the expected API version (${resource.apiVersion})`);
  }
  if (given.kind !== undefined && given.kind !== kind) {
    throw badRequest(
      `${given.kind} in version "${resource.kind.names.version}" cannot be handled as a ${kind}: no kind "${given.kind}" is registered for version "${resource.apiVersion}"`,
    );
  }
  if (given.metadata !== undefined && (typeof given.metadata !== 'object' || given.metadata === null || Array.isArray(given.metadata))) {
    throw badRequest(
      `${kind} in version "${resource.kind.names.version}" cannot be handled as a ${kind}: json: cannot unmarshal ${Array.isArray(given.metadata) ? 'array' : typeof given.metadata} into Go struct field ${kind}.metadata of type v1.ObjectMeta`,
    );
  }
  return given as KubeObject;
}

/**
 * An object that the pipeline may change. Top-level fields that equal the stored object's are the stored ones, frozen:
 * nothing after this needs to look into them again. Labels, annotations and lists of the metadata are replaced, never changed.
 */
export function draftOf(body: KubeObject, resource: Resource, old?: KubeObject): KubeObject {
  const draft: Record<string, unknown> = { apiVersion: resource.apiVersion, kind: resource.kind.names.kind, metadata: {} };
  for (const field of Object.keys(body)) {
    const value = body[field];
    if (value === null || value === undefined || field === 'apiVersion' || field === 'kind') continue;
    if (field === 'metadata') draft.metadata = metadataOf(value as KubeObject['metadata'], old?.metadata);
    else if (old && jsonEqual(value, old[field])) draft[field] = old[field];
    else draft[field] = thaw(value);
  }
  return draft as KubeObject;
}

function metadataOf(given: KubeObject['metadata'], old: KubeObject['metadata'] | undefined): Record<string, unknown> {
  const metadata: Record<string, unknown> = {};
  const [from, before] = [given as unknown as Record<string, unknown>, old as unknown as Record<string, unknown> | undefined];
  for (const field in from) {
    const value = from[field];
    if (typeof value !== 'object' || value === null || Object.isFrozen(value)) metadata[field] = value;
    else metadata[field] = before && jsonEqual(value, before[field]) ? before[field] : thaw(value);
  }
  return metadata;
}
