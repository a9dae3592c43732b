// A keyspace that can be exchanged for a newer reading of the same file while rooms keep their hold on it.
import { forgetKinds } from '../state/key-kinds.ts';
import type { Change, Compare, Keyspace } from '../state/keyspace.ts';

export interface CurrentKeyspace extends Keyspace {
  /** From now on everything is read from and written to `next`. Listeners stay; they are not told of the difference. */
  exchange(next: Keyspace): void;
}

export function currentKeyspace(first: Keyspace): CurrentKeyspace {
  let inner = first;
  const watchers = new Set<(change: Change) => void>();
  const plainWatchers: { prefix: string; listener: (key: string) => void; stop: () => void }[] = [];
  const relay = (change: Change): void => {
    for (const listener of watchers) listener(change);
  };
  inner.watch(relay);
  const self: CurrentKeyspace = {
    get revision() {
      return inner.revision;
    },
    get compacted() {
      return inner.compacted;
    },
    get dirty() {
      return inner.dirty;
    },
    get: (key) => inner.get(key),
    value: (key) => inner.value(key),
    put: (key, value) => inner.put(key, value),
    delete: (key) => inner.delete(key),
    keys: (prefix, after) => inner.keys(prefix, after),
    range: (prefix, after) => inner.range(prefix, after),
    count: (prefix, after) => inner.count(prefix, after),
    holds: (compares: readonly Compare[]) => inner.holds(compares),
    changesSince: (revision) => inner.changesSince(revision),
    watch(listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
    watchPlain(prefix, listener) {
      const entry = { prefix, listener, stop: inner.watchPlain(prefix, listener) };
      plainWatchers.push(entry);
      return () => {
        entry.stop();
        plainWatchers.splice(plainWatchers.indexOf(entry), 1);
      };
    },
    exchange(next) {
      inner = next;
      forgetKinds(self);
      inner.watch(relay);
      for (const entry of plainWatchers) entry.stop = inner.watchPlain(entry.prefix, entry.listener);
    },
  };
  return self;
}
