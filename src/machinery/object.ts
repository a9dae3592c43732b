// The shape that every API object shares. Knows no kind.
import type { V1ObjectMeta } from '../api/generated/types.ts';

/** Metadata of an object that the API server has stored: name and identity are set. */
export type StoredMeta = Omit<V1ObjectMeta, 'name' | 'uid' | 'resourceVersion' | 'creationTimestamp'> & {
  name: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
};

/** Any API object, as JSON holds it. Objects that rooms pass around are frozen and shared: copy what you change. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: StoredMeta;
  [field: string]: unknown;
}

/** A generated model as the API server returns it: type and metadata are there, and `spec` where the kind has one. */
export type Stored<T> = Omit<T, 'apiVersion' | 'kind' | 'metadata' | 'spec'> & {
  apiVersion: string;
  kind: string;
  metadata: StoredMeta;
} & ('spec' extends keyof T ? { spec: NonNullable<T['spec']> } : unknown);

/** Which object of a kind. `namespace` is absent for cluster-scoped kinds. */
export interface ObjectKey {
  namespace?: string | undefined;
  name: string;
}

/** `namespace/name`, or the name alone: the form of keys in work queues. */
export function keyOf(object: { metadata: { namespace?: string | undefined; name?: string | undefined } }): string {
  const { namespace, name = '' } = object.metadata;
  return namespace ? `${namespace}/${name}` : name;
}

/** The inverse of {@link keyOf}. */
export function parseKey(key: string): ObjectKey {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The group of an `apiVersion` such as `apps/v1`; the empty string for core. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}
