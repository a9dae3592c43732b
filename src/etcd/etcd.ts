// etcd as the API server uses it: optimistic transactions over the `/registry/` keys of the keyspace, and expiring keys.
import type { Change, KeyValue } from '../state/keyspace.ts';

export interface Etcd {
  readonly revision: number;
  get<T = unknown>(key: string): KeyValue<T> | undefined;
  range<T = unknown>(prefix: string, after?: string): Iterable<KeyValue<T>>;
  count(prefix: string, after?: string): number;
  /** Creates the key; undefined when it exists. `timeToLive` in virtual seconds makes it expire. */
  create<T>(key: string, value: (revision: number) => T, timeToLive?: number): KeyValue<T> | undefined;
  /** Replaces the value if the key's mod revision is still `mod`; undefined when it is not. */
  update<T>(key: string, mod: number, value: (revision: number) => T, timeToLive?: number): KeyValue<T> | undefined;
  /** Deletes if the mod revision is still `mod`; false when it is not. */
  delete(key: string, mod: number): boolean;
  changesSince(revision: number): readonly Change[] | undefined;
  watch(listener: (change: Change) => void): () => void;
}
