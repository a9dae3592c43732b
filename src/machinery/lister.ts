// What a component reads without asking: the cache of its informers (client-go, tools/cache), which is never behind here.
import type { KubeObject } from './object.ts';

/** A resource as its kind names it. */
export interface ListedResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

/** Objects are frozen and shared, and so are the arrays. */
export interface Lister {
  /** Undefined where such objects have to be asked for: the resource is not stored, or not there. */
  of(resource: ListedResource): ResourceLister | undefined;
}

export interface ResourceLister {
  get(namespace: string, name: string): KubeObject | undefined;
  /** In order of namespace and name; all namespaces when it is empty. */
  list(namespace: string): readonly KubeObject[];
  /** Those whose ownerReferences name the uid. */
  owned(namespace: string, uid: string): readonly KubeObject[];
}
