// Plays the OpenAPI v2 endpoint for clients that ask for it beside or before version 3: all schemas in one document. Left out: paths, and
// in protobuf the schemas, too, by which clients from before server-side validation would check fields.
import type { ApiResponse } from '../../machinery/http.ts';
import type { Resources } from '../resources.ts';
import { SERVER_VERSION } from '../version.ts';
import { documentOf, groupVersions } from './v3.ts';

export async function openapiV2(resources: Resources): Promise<ApiResponse> {
  const definitions: Record<string, unknown> = {};
  for (const served of groupVersions(resources).values()) {
    const { components } = await documentOf(served);
    const text = JSON.stringify(components.schemas).replaceAll('"#/components/schemas/', '"#/definitions/');
    Object.assign(definitions, JSON.parse(text, unwrapped));
  }
  return { code: 200, body: { swagger: '2.0', info: { title: 'Kubernetes', version: SERVER_VERSION.gitVersion }, paths: {}, definitions } };
}

/** In version 2 a reference may stand beside a description. */
function unwrapped(_key: string, value: unknown): unknown {
  const { allOf, ...rest } = (value ?? {}) as { allOf?: [object] };
  return allOf ? { ...rest, ...allOf[0] } : value;
}
