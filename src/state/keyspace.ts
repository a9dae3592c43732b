// The contents of the state file: an ordered map from keys to frozen JSON values with etcd's revisions, and its recent history.

/** A key as etcd knows it. `create` and `mod` are revisions, `version` counts writes since creation. */
export interface KeyValue<T = unknown> {
  readonly key: string;
  readonly create: number;
  readonly mod: number;
  readonly version: number;
  readonly value: T;
}

/** One change of the history window, in order of revision. */
export interface Change {
  readonly revision: number;
  readonly key: string;
  /** After the change; absent when the key was deleted. */
  readonly after?: KeyValue;
  /** Before the change; absent when the key was created. */
  readonly before?: KeyValue;
}

/** A precondition of a transaction. `mod: 0` means that the key must not exist. */
export interface Compare {
  key: string;
  mod: number;
}

/**
 * Keys under `/registry/` have revisions and history; every write of one is a revision of its own. Keys under `/kubemu/` are
 * plain: no revision, no history. Reads are synchronous, from memory; nothing is durable before {@link Keyspace.commit} resolves.
 */
export interface Keyspace {
  /** The store's current revision. */
  readonly revision: number;
  /** The oldest revision whose successors {@link Keyspace.changesSince} still knows. */
  readonly compacted: number;
  get<T = unknown>(key: string): KeyValue<T> | undefined;
  /** The value alone. */
  value<T = unknown>(key: string): T | undefined;
  /** Freezes and stores the value; returns the entry. */
  put<T = unknown>(key: string, value: T): KeyValue<T>;
  /** Returns what was there. */
  delete(key: string): KeyValue | undefined;
  /** Keys with the prefix in order, values unread. `after` starts behind that key. */
  keys(prefix: string, after?: string): Iterable<string>;
  /** Entries with the prefix, in key order. */
  range<T = unknown>(prefix: string, after?: string): Iterable<KeyValue<T>>;
  /** How many keys have the prefix; `after` counts those behind that key. Values are not read. */
  count(prefix: string, after?: string): number;
  /** All compares hold now. */
  holds(compares: readonly Compare[]): boolean;
  /** Changes of `/registry/` after `revision`, oldest first; undefined when they have been compacted away. */
  changesSince(revision: number): readonly Change[] | undefined;
  /** Told of every later change of `/registry/` synchronously, after it happened. Returns how to stop. */
  watch(listener: (change: Change) => void): () => void;
  /** Told of every write and deletion under `/kubemu/` whose key starts with `prefix`. */
  watchPlain(prefix: string, listener: (key: string) => void): () => void;
  /** Something was written since the last commit. */
  readonly dirty: boolean;
}
