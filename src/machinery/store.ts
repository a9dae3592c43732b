// A room's own drawer in the cluster's state: what a component keeps that is not in etcd (a kubelet's containers, a node's
// disk). Values are plain JSON, frozen by the store; to change one, put a new one.

export interface Store {
  get<T>(key: string): T | undefined;
  put(key: string, value: unknown): void;
  delete(key: string): void;
  /** Keys with this prefix, in order, without reading their values. */
  keys(prefix: string): Iterable<string>;
  range<T>(prefix: string): Iterable<[key: string, value: T]>;
}

/** The part of `store` under `prefix`; keys are given and returned without it. */
export function drawer(store: Store, prefix: string): Store {
  return {
    get: (key) => store.get(prefix + key),
    put: (key, value) => store.put(prefix + key, value),
    delete: (key) => store.delete(prefix + key),
    *keys(under) {
      for (const key of store.keys(prefix + under)) yield key.slice(prefix.length);
    },
    *range<T>(under: string) {
      for (const [key, value] of store.range<T>(prefix + under)) yield [key.slice(prefix.length), value] as [string, T];
    },
  };
}
