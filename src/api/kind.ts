// What the project knows about one kind of API object. A kind's file fills in only what the published models cannot tell.
import type { Instant } from '../machinery/clock.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { Random } from '../machinery/random.ts';
import type { FieldError } from '../machinery/status.ts';

/** How a kind is named and what may be done with it: one entry of a discovery document. */
export interface ResourceNames {
  /** Empty for core. */
  group: string;
  version: string;
  kind: string;
  /** `pods` */
  plural: string;
  /** `pod` */
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  namespaced: boolean;
  verbs: readonly string[];
  /** `status`, `scale`, `log` … */
  subresources: readonly string[];
}

/** One column of the server's table: header and cell side by side; `wide` ones have priority 1. */
export interface Column<T> {
  header: string;
  cell(object: T, now: Instant): string | number | boolean | null | undefined;
  wide?: boolean;
  /** OpenAPI type of the column in the Table; `string` when absent. */
  type?: 'string' | 'integer' | 'boolean' | 'date';
  /** `name` for the NAME column. */
  format?: string;
}

/** What strategy functions may ask of the server; `now` is the request's virtual instant. */
export interface StrategyContext {
  now: Instant;
  random: Random;
  /** Which subresource the request addresses; empty for the object itself. */
  subresource: string;
}

/**
 * The strategy of a kind, as in kubernetes/kubernetes pkg/registry. All are optional. `draft` may be changed; `old` is frozen.
 * The registry itself handles metadata, generation (bumped when spec changed and `status` is a subresource), and that a write of
 * the object leaves `status` alone and a write of `status` leaves the rest alone.
 */
export interface Strategy<T extends KubeObject> {
  /** pkg/apis/…/defaults.go. Runs on create and on update, before validation; must not change what is set. */
  setDefaults?(draft: T): void;
  /** Fields the server sets or drops on create: `status`, allocated values that need no other object. */
  prepareForCreate?(draft: T, context: StrategyContext): void;
  prepareForUpdate?(draft: T, old: T, context: StrategyContext): void;
  /** Semantic validation of a new object, metadata excluded. All problems at once. */
  validate?(object: T): FieldError[];
  /** Semantic validation of a change, complete as in pkg/registry: what {@link validate} would say of the object stands where it belongs among the rest. */
  validateUpdate?(object: T, old: T, subresource: string): FieldError[];
  /** Names must match: `dns-subdomain` (default), `dns-label`, `dns-1035`, or `path-segment` for RBAC and the like. */
  nameRule?: 'dns-subdomain' | 'dns-label' | 'dns-1035' | 'path-segment';
  /** Field selectors beyond `metadata.name` and `metadata.namespace`: `status.phase` to its value as text. */
  selectableFields?(object: T): Record<string, string>;
  /** Seconds of grace a DELETE without `gracePeriodSeconds` gives; 0 or absent deletes at once. */
  gracefulDeletion?(object: T): number;
  /** Objects vanish this many virtual seconds after their last write (events: one hour). */
  timeToLive?: number;
  columns?: readonly Column<T>[];
}

/**
 * How a version of a kind that etcd does not hold becomes the one it holds: a request is converted, goes through the pipeline as
 * `kind`, and what is answered is converted back.
 */
export interface StoredAs<T extends KubeObject = KubeObject> {
  readonly kind: Kind;
  toStored(object: T): KubeObject;
  fromStored(stored: KubeObject): T;
}

/** A kind: names, where etcd keeps it, and its strategy. The type parameter says what clients get back. */
export interface Kind<T extends KubeObject = KubeObject> {
  readonly names: ResourceNames;
  /** `pods`, `deployments.apps`. */
  readonly resource: string;
  /** `/registry/pods/`: the prefix of its keys in etcd. */
  readonly etcdPrefix: string;
  readonly strategy: Strategy<T>;
  /** Set for a version that is not the one in etcd. */
  readonly storedAs?: StoredAs<T>;
  /** Only for the type checker. */
  readonly type?: T;
}

/**
 * Declares a kind with code of its own. Names, verbs and subresources come from the generated tables; a kind's file gives group,
 * version and kind, what discovery cannot be derived from, and the strategy.
 */
export interface KindDeclaration<T extends KubeObject> extends Strategy<T> {
  group: string;
  version: string;
  kind: string;
  storedAs?: StoredAs<T>;
}
