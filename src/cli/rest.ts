// Plays cli-runtime's resource.Helper: one request for one object or collection of any mapping, as verbs need them.
import type { PatchType } from '../client/client.ts';
import type { KubeObject } from '../machinery/object.ts';
import { type Mapping, resourcePath } from './resources/mapper.ts';
import type { VerbContext } from './verb.ts';

/** An object on its way to the server, or one that exists only on the command line. */
export interface Draft {
  apiVersion: string;
  kind: string;
  metadata: {
    name?: string;
    generateName?: string;
    namespace?: string | undefined;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

export type Query = Record<string, string | undefined>;

export interface WriteRequest {
  dryRunServer?: boolean;
  fieldManager?: string;
  fieldValidation?: string;
  force?: boolean;
  subresource?: string | undefined;
}

const CONTENT_TYPES: Record<PatchType, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

export async function getObject(
  context: VerbContext,
  mapping: Mapping,
  namespace: string | undefined,
  name: string,
  subresource?: string,
): Promise<KubeObject> {
  return (await send(context, { method: 'GET', path: resourcePath(mapping, namespace, name, subresource) })) as KubeObject;
}

export async function listObjects(
  context: VerbContext,
  mapping: Mapping,
  namespace: string | undefined,
  query: Query = {},
): Promise<KubeObject[]> {
  const list = (await send(context, { method: 'GET', path: resourcePath(mapping, namespace), query })) as {
    apiVersion: string;
    kind: string;
    items?: KubeObject[] | null;
  };
  // Items of a list carry no type of their own on the wire.
  return (list.items ?? []).map((item) =>
    item.kind ? item : { ...item, apiVersion: list.apiVersion, kind: list.kind.replace(/List$/, '') },
  );
}

export async function createObject(
  context: VerbContext,
  mapping: Mapping,
  namespace: string | undefined,
  object: unknown,
  options: WriteRequest = {},
): Promise<KubeObject> {
  return (await send(context, {
    method: 'POST',
    path: resourcePath(mapping, namespace),
    query: writeQuery(options),
    body: object,
  })) as KubeObject;
}

export async function replaceObject(
  context: VerbContext,
  mapping: Mapping,
  namespace: string | undefined,
  name: string,
  object: unknown,
  options: WriteRequest = {},
): Promise<KubeObject> {
  const path = resourcePath(mapping, namespace, name, options.subresource);
  return (await send(context, { method: 'PUT', path, query: writeQuery(options), body: object })) as KubeObject;
}

export async function patchObject(
  context: VerbContext,
  mapping: Mapping,
  namespace: string | undefined,
  name: string,
  type: PatchType,
  patch: unknown,
  options: WriteRequest = {},
): Promise<KubeObject> {
  const path = resourcePath(mapping, namespace, name, options.subresource);
  return (await send(context, {
    method: 'PATCH',
    path,
    query: writeQuery(options),
    contentType: CONTENT_TYPES[type],
    body: patch,
  })) as KubeObject;
}

export async function deleteObject(
  context: VerbContext,
  mapping: Mapping,
  namespace: string | undefined,
  name: string,
  body: unknown,
  options: WriteRequest = {},
): Promise<unknown> {
  return send(context, { method: 'DELETE', path: resourcePath(mapping, namespace, name), query: writeQuery(options), body });
}

function writeQuery(options: WriteRequest): Query {
  return {
    ...(options.dryRunServer ? { dryRun: 'All' } : {}),
    ...(options.fieldManager ? { fieldManager: options.fieldManager } : {}),
    ...(options.fieldValidation ? { fieldValidation: options.fieldValidation } : {}),
    ...(options.force ? { force: 'true' } : {}),
  };
}

type Request = Parameters<VerbContext['client']['request']>[0];

export async function send(context: VerbContext, request: Request): Promise<unknown> {
  const { body, warnings = [] } = await context.client.request(request);
  for (const warning of warnings) context.err(`Warning: ${warning}`);
  return body;
}
