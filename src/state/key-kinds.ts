// Something is kept for keys of a few kinds only (deadlines for Events, recurrences for Leases and Nodes). This says of which, so that
// asking about all other keys costs no lookup.
import type { Keyspace } from './keyspace.ts';

export interface KeyKinds {
  /** False when nothing is kept for keys like this one. `key` may be the beginning of keys. */
  mayHold(key: string): boolean;
  /** From now on something is kept for this key. */
  add(key: string): void;
}

/** So many lookups cost more than finding out. */
const PATIENCE = 64;

const known = new WeakMap<Keyspace, Map<string, KeyKinds>>();

/**
 * What is kept under `prefix`: followed by a key, whose kind ends with its first slash (`/registry/events/` counts as one).
 * The same for everybody who asks about the same keyspace.
 */
export function keyKinds(keyspace: Keyspace, prefix: string): KeyKinds {
  const own = known.get(keyspace) ?? new Map<string, KeyKinds>();
  known.set(keyspace, own);
  const kinds = own.get(prefix) ?? createKinds(keyspace, prefix);
  own.set(prefix, kinds);
  return kinds;
}

/** The keyspace holds something else from now on. */
export const forgetKinds = (keyspace: Keyspace): boolean => known.delete(keyspace);

function createKinds(keyspace: Keyspace, prefix: string): KeyKinds {
  let kinds: string[] | undefined;
  let asked = 0;
  return {
    mayHold(key) {
      if (!kinds && asked++ < PATIENCE) return true;
      kinds ??= kindsUnder(keyspace, prefix);
      for (const kind of kinds) if (key.startsWith(kind) || kind.startsWith(key)) return true;
      return false;
    },
    add(key) {
      if (kinds && !kinds.some((kind) => key.startsWith(kind))) kinds.push(kindOf(key));
    },
  };
}

const REGISTRY = '/registry/';

const kindOf = (key: string): string => key.slice(0, key.indexOf('/', key.startsWith(REGISTRY) ? REGISTRY.length : 0) + 1);

/** Jumps from kind to kind without reading the keys between. */
function kindsUnder(keyspace: Keyspace, prefix: string): string[] {
  const kinds: string[] = [];
  for (let after: string | undefined; ; ) {
    const [next] = keyspace.keys(prefix, after);
    if (next === undefined) return kinds;
    const kind = kindOf(next.slice(prefix.length));
    kinds.push(kind);
    after = `${prefix}${kind}\uffff`;
  }
}
