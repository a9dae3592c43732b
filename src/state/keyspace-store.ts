// A whole keyspace as a Store; `drawer` of machinery/store.ts cuts a room's part out of it.
import type { Store } from '../machinery/store.ts';
import type { Keyspace } from './keyspace.ts';

export function storeOf(keyspace: Keyspace): Store {
  return {
    get: (key) => keyspace.value(key),
    put: (key, value) => void keyspace.put(key, value),
    delete: (key) => void keyspace.delete(key),
    keys: (prefix) => keyspace.keys(prefix),
    *range<T>(prefix: string): Iterable<[string, T]> {
      for (const { key, value } of keyspace.range<T>(prefix)) yield [key, value];
    },
  };
}
