// The typed client over any transport: paths, options and errors of the REST API.
import type { Kind } from '../api/kind.ts';
import { jsonEqual } from '../machinery/equal.ts';
import type { ApiRequest, ApiResponse, Credentials } from '../machinery/http.ts';
import type { ResourceLister } from '../machinery/lister.ts';
import type { KubeObject, ObjectKey } from '../machinery/object.ts';
import { failure, isNotFound, type Status, StatusError } from '../machinery/status.ts';
import type { Client, DeleteOptions, ListOptions, NewObject, PatchType, Transport, WriteOptions } from './client.ts';

const PATCH_TYPES: Record<PatchType, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** @param userAgent the part before its slash becomes the default field manager */
export function createClient(transport: Transport, credentials: Credentials, userAgent: string): Client {
  const send = async (request: Omit<ApiRequest, 'credentials' | 'userAgent'>): Promise<ApiResponse> => {
    const response = await transport.handle({ userAgent, ...request, credentials });
    if (response.code >= 400) throw statusError(response);
    return response;
  };
  const object = async <T>(request: Omit<ApiRequest, 'credentials' | 'userAgent'>): Promise<T> => (await send(request)).body as T;

  const listerOf = async ({ names }: Pick<Kind, 'names'>): Promise<ResourceLister | undefined> =>
    transport.lister && (await transport.lister())?.of(names);

  return {
    request: send,

    async get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey) {
      const lister = await listerOf(kind);
      if (lister) return lister.get(key.namespace ?? '', key.name) as T | undefined;
      try {
        return await object<T>({ method: 'GET', path: pathOf(kind, key.namespace, key.name) });
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },

    async list<T extends KubeObject>(kind: Kind<T>, options: ListOptions = {}) {
      const isAll = !options.labelSelector && !options.fieldSelector && !options.limit;
      const lister = isAll ? await listerOf(kind) : undefined;
      if (lister) return lister.list(options.namespace ?? '') as readonly T[];
      const list = await object<{ items: readonly T[] }>({
        method: 'GET',
        path: pathOf(kind, options.namespace),
        query: {
          labelSelector: options.labelSelector,
          fieldSelector: options.fieldSelector,
          limit: options.limit?.toString(),
          continue: options.continue,
        },
      });
      return list.items;
    },

    async listOwned<T extends KubeObject>(kind: Kind<T>, owner: KubeObject) {
      const lister = await listerOf(kind);
      if (lister) return lister.owned(owner.metadata.namespace ?? '', owner.metadata.uid) as readonly T[];
      const list = await object<{ items: readonly T[] }>({
        method: 'GET',
        path: pathOf(kind, owner.metadata.namespace),
        query: { fieldSelector: `metadata.ownerReferences.uid=${owner.metadata.uid}` },
      });
      return list.items;
    },

    create: <T extends KubeObject>(kind: Kind<T>, body: NewObject<T>, options?: WriteOptions) =>
      object<T>({ method: 'POST', path: pathOf(kind, body.metadata.namespace), query: writeQuery(options), body: typed(kind, body) }),

    update: <T extends KubeObject>(kind: Kind<T>, body: T, options?: WriteOptions) =>
      object<T>({
        method: 'PUT',
        path: pathOf(kind, body.metadata.namespace, body.metadata.name),
        query: writeQuery(options),
        body: typed(kind, body),
      }),

    async updateStatus<T extends KubeObject>(kind: Kind<T>, current: T, status: NonNullable<unknown>) {
      if (jsonEqual(current.status, status)) return current;
      const { namespace, name } = current.metadata;
      return object<T>({ method: 'PUT', path: `${pathOf(kind, namespace, name)}/status`, body: { ...typed(kind, current), status } });
    },

    patch: <T extends KubeObject>(
      kind: Kind<T>,
      key: ObjectKey,
      type: PatchType,
      patch: unknown,
      options?: WriteOptions & { subresource?: string },
    ) =>
      object<T>({
        method: 'PATCH',
        path: pathOf(kind, key.namespace, key.name) + (options?.subresource ? `/${options.subresource}` : ''),
        query: writeQuery(options),
        contentType: PATCH_TYPES[type],
        body: patch,
      }),

    async delete(kind, key, options: DeleteOptions = {}) {
      try {
        await send({
          method: 'DELETE',
          path: pathOf(kind, key.namespace, key.name),
          query: writeQuery(options),
          body: deleteBody(options),
        });
        return true;
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    },

    async bind(pod, node) {
      await send({
        method: 'POST',
        path: `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}/binding`,
        body: {
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { name: pod.name, namespace: pod.namespace, ...(pod.uid ? { uid: pod.uid } : {}) },
          target: { apiVersion: 'v1', kind: 'Node', name: node },
        },
      });
    },
  };
}

/** `/apis/apps/v1/namespaces/x/deployments/web`. */
export function pathOf(kind: Pick<Kind, 'names'>, namespace?: string | undefined, name?: string): string {
  const { group, version, plural, namespaced } = kind.names;
  const root = group ? `/apis/${group}/${version}` : `/api/${version}`;
  const scope = namespaced && namespace ? `/namespaces/${namespace}` : '';
  return `${root}${scope}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

function typed(kind: Pick<Kind, 'names'>, body: object): object {
  const { group, version } = kind.names;
  return { apiVersion: group ? `${group}/${version}` : version, kind: kind.names.kind, ...body };
}

function writeQuery(options: (WriteOptions & { subresource?: string }) | undefined): NonNullable<ApiRequest['query']> {
  return {
    dryRun: options?.dryRun ? 'All' : undefined,
    fieldManager: options?.fieldManager,
    fieldValidation: options?.fieldValidation,
    force: options?.force === undefined ? undefined : String(options.force),
  };
}

function deleteBody(options: DeleteOptions): object {
  const { gracePeriodSeconds, propagationPolicy, uid, resourceVersion } = options;
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(uid || resourceVersion ? { preconditions: { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) } } : {}),
  };
}

/** The Status of a refusal; a body that is none is quoted, as client-go does. */
function statusError(response: ApiResponse): StatusError {
  const body = response.body as Partial<Status> | string | undefined;
  if (typeof body === 'object' && body.kind === 'Status') return new StatusError(body as Status);
  return failure(response.code, 'Unknown', `the server responded with the status code ${response.code}${body ? `: ${String(body)}` : ''}`);
}
