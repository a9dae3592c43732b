// etcd behind kube-apiserver: transactions on one key, guarded by its mod revision. Leaves out multi-key transactions, which
// kube-apiserver never sends, and compaction on request: the keyspace's window decides.
import type { KeyValue } from '../state/keyspace.ts';
import type { Etcd } from './etcd.ts';
import { createLeases, type LeaseParts } from './leases.ts';

export { createLeaseLoop } from './leases.ts';

export function createEtcd(parts: LeaseParts): Etcd {
  const { keyspace } = parts;
  const leases = createLeases(parts);

  const get = <T>(key: string): KeyValue<T> | undefined => {
    const entry = keyspace.get<T>(key);
    return entry && !leases.isExpired(key) ? entry : undefined;
  };
  const put = <T>(key: string, value: (revision: number) => T, timeToLive?: number): KeyValue<T> => {
    const entry = keyspace.put(key, value(keyspace.revision + 1));
    leases.attach(key, timeToLive);
    return entry;
  };

  return {
    get revision() {
      return keyspace.revision;
    },
    get,
    *range<T = unknown>(prefix: string, after?: string): Iterable<KeyValue<T>> {
      const filter = leases.anyExpired(prefix);
      for (const entry of keyspace.range<T>(prefix, after)) if (!filter || !leases.isExpired(entry.key)) yield entry;
    },
    count(prefix, after) {
      if (!leases.anyExpired(prefix)) return keyspace.count(prefix, after);
      let count = 0;
      for (const key of keyspace.keys(prefix, after)) if (!leases.isExpired(key)) count++;
      return count;
    },
    create(key, value, timeToLive) {
      if (keyspace.get(key)) {
        if (!leases.isExpired(key)) return undefined;
        keyspace.delete(key); // not swept yet
      }
      return put(key, value, timeToLive);
    },
    update(key, mod, value, timeToLive) {
      return get(key)?.mod === mod ? put(key, value, timeToLive) : undefined;
    },
    delete(key, mod) {
      if (get(key)?.mod !== mod) return false;
      leases.attach(key);
      keyspace.delete(key);
      return true;
    },
    changesSince: (revision) => keyspace.changesSince(revision),
    watch: (listener) => keyspace.watch(listener),
  };
}
