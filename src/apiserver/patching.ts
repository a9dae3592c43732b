// Plays the patch handler: from a stored object and a patch to the object that an update would have sent.
import type { ApiRequest } from '../machinery/http.ts';
import { JsonPatchError, jsonPatch } from '../machinery/json-patch.ts';
import { JsonTextError, parseJson } from '../machinery/json-text.ts';
import { mergePatch } from '../machinery/merge-patch.ts';
import type { KubeObject } from '../machinery/object.ts';
import { badRequest, failure, invalid } from '../machinery/status.ts';
import type { Resource } from './resource.ts';

export const APPLY_PATCH = 'application/apply-patch+yaml';
export const STRATEGIC_MERGE_PATCH = 'application/strategic-merge-patch+json';

const PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json', STRATEGIC_MERGE_PATCH, APPLY_PATCH];

export const patchType = ({ contentType = STRATEGIC_MERGE_PATCH }: ApiRequest): string => contentType.split(';', 1)[0] as string;

export async function patched(request: ApiRequest, resource: Resource, old: KubeObject): Promise<KubeObject> {
  const type = patchType(request);
  const patch = parsePatch(request.body);
  switch (type) {
    case 'application/json-patch+json':
      try {
        return jsonPatch(old, patch) as KubeObject;
      } catch (error) {
        if (!(error instanceof JsonPatchError)) throw error;
        if (error.code === 400) throw badRequest(`error decoding patch: ${error.message}`);
        throw failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
      }
    case 'application/merge-patch+json':
      return mergePatch(old, objectPatch(patch)) as KubeObject;
    case STRATEGIC_MERGE_PATCH: {
      if (resource.custom)
        throw unsupported(
          type,
          PATCH_TYPES.filter((known) => known !== type),
        );
      const { strategicMergePatch, StrategicPatchError } = await import('../machinery/strategic-merge-patch.ts');
      try {
        return strategicMergePatch(old, objectPatch(patch), resource.kind.names.kind) as KubeObject;
      } catch (error) {
        if (error instanceof StrategicPatchError) throw error.code === 500 ? failure(500, '', error.message) : badRequest(error.message);
        throw error;
      }
    }
    default:
      throw unsupported(type, PATCH_TYPES);
  }
}

function unsupported(type: string, known: readonly string[]): Error {
  return failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${known.join(', ')}`,
    { causes: [{ message: `unsupported: ${type}` }] },
  );
}

export function parsePatch(body: unknown): unknown {
  if (typeof body !== 'string' && body !== undefined) return body;
  try {
    return parseJson(body ?? '');
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    throw badRequest(`error decoding patch: ${error.message}`);
  }
}

function objectPatch(patch: unknown): Record<string, unknown> {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${Array.isArray(patch) ? 'array' : typeof patch} into Go value of type map[string]interface {}`,
    );
  }
  return patch as Record<string, unknown>;
}

/** A patched object may not have become another one. */
export function checkPatched(result: KubeObject, old: KubeObject, resource: Resource): void {
  const { kind } = resource.kind.names;
  if (typeof result !== 'object' || result === null || Array.isArray(result)) throw badRequest(`the patched ${kind} is no object`);
  for (const field of ['apiVersion', 'kind'] as const) {
    if (result[field] !== old[field]) {
      throw invalid(resource.kind.names, old.metadata.name, [
        {
          reason: 'FieldValueInvalid',
          field,
          message: `Invalid value: ${JSON.stringify(result[field] ?? '')}: must be ${JSON.stringify(old[field])}`,
        },
      ]);
    }
  }
}
