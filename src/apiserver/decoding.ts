// Plays apimachinery's serializers: from a request body to an object of the expected kind. YAML is loaded only when somebody sends it.

import { jsonEqual } from '../machinery/equal.ts';
import { thaw } from '../machinery/freeze.ts';
import type { ApiRequest } from '../machinery/http.ts';
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
  if (type === 'application/yaml') {
    const { parse, YAMLError } = await import('yaml');
    try {
      return parse(body, { maxAliasCount: 100 });
    } catch (error) {
      if (error instanceof YAMLError || error instanceof ReferenceError)
        throw badRequest(`error converting YAML to JSON: yaml: ${error.message}`);
      throw error;
    }
  }
  try {
    return JSON.parse(body);
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${(error as Error).message}`);
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
 * nothing after this needs to look into them again.
 */
export function draftOf(body: KubeObject, resource: Resource, old?: KubeObject): KubeObject {
  const draft: Record<string, unknown> = { apiVersion: resource.apiVersion, kind: resource.kind.names.kind, metadata: {} };
  for (const field of Object.keys(body)) {
    const value = body[field];
    if (value === null || value === undefined || field === 'apiVersion' || field === 'kind') continue;
    if (field === 'metadata') draft.metadata = thaw(value);
    else if (old && jsonEqual(value, old[field])) draft[field] = old[field];
    else draft[field] = thaw(value);
  }
  return draft as KubeObject;
}
