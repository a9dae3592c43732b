// The only door to the API for everything that is not the API server itself.
import type { Kind } from '../api/kind.ts';
import type { Duration } from '../machinery/clock.ts';
import type { ApiHandler, ApiRequest, ApiResponse } from '../machinery/http.ts';
import type { Lister } from '../machinery/lister.ts';
import type { KubeObject, ObjectKey } from '../machinery/object.ts';

export interface ListOptions {
  /** All namespaces when absent. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export interface WriteOptions {
  dryRun?: boolean;
  fieldManager?: string;
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  force?: boolean;
}

export interface DeleteOptions extends WriteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  uid?: string;
  resourceVersion?: string;
}

/** An object to be created: the server fills in the rest of its metadata. */
export type NewObject<T> = Omit<T, 'metadata' | 'apiVersion' | 'kind' | 'status'> & {
  metadata: Partial<KubeObject['metadata']>;
  status?: unknown;
};

/** A typed view of the REST API. All methods throw StatusError for the server's refusals and DialError when nobody serves. */
export interface Client {
  /** One request, as written; throws StatusError for codes from 400 on. */
  request(request: Omit<ApiRequest, 'credentials'>): Promise<ApiResponse>;
  /** Undefined when there is none. */
  get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey): Promise<T | undefined>;
  list<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): Promise<readonly T[]>;
  /** Objects of the kind whose ownerReferences name `owner`, by the owner index. */
  listOwned<T extends KubeObject>(kind: Kind<T>, owner: KubeObject): Promise<readonly T[]>;
  create<T extends KubeObject>(kind: Kind<T>, object: NewObject<T>, options?: WriteOptions): Promise<T>;
  update<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T>;
  /** Writes `status` alone; does nothing when it is deeply equal to what `object` was read with. */
  updateStatus<T extends KubeObject>(kind: Kind<T>, object: T, status: NonNullable<unknown>): Promise<T>;
  patch<T extends KubeObject>(
    kind: Kind<T>,
    key: ObjectKey,
    type: PatchType,
    patch: unknown,
    options?: WriteOptions & { subresource?: string },
  ): Promise<T>;
  /** True when there was something to delete. */
  delete<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, options?: DeleteOptions): Promise<boolean>;
  /** The `binding` subresource of a Pod. */
  bind(pod: ObjectKey & { uid?: string }, node: string): Promise<void>;
}

/** Reaches an API server: in process through the dialer, or over HTTPS. */
export interface Transport {
  handle: ApiHandler;
  /** For a component of the cluster: its informers. Throws DialError when nobody serves. */
  lister?(): Promise<Lister | undefined>;
}

/** Writes Events as client-go's recorder does: a repetition within the aggregation window counts up instead of adding an object. */
export interface EventRecorder {
  event(
    regarding: {
      apiVersion: string;
      kind: string;
      metadata: { name: string; namespace?: string | undefined; uid?: string | undefined; resourceVersion?: string | undefined };
    },
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    /**
     * `spec.containers{nginx}` for events about one container; how many occurrences this one stands for, 1 when absent; the period in
     * which it repeats by itself (a recurrence, kept by recorders that have any) until there is another of its reason or `settle`.
     */
    options?: { fieldPath?: string; count?: number; repeats?: Duration },
  ): Promise<void>;
  /** What repeats by itself for this object and reason ends, and is written with its final count. */
  settle?(
    regarding: { kind: string; metadata: { name: string; namespace?: string | undefined; uid?: string | undefined } },
    type: 'Normal' | 'Warning',
    reason: string,
  ): Promise<void>;
}
