import { describe, expect, test } from 'vitest';
import { builtinKinds } from '../../src/api/index.ts';
import { kindContract } from '../contracts/kind.ts';

/** The same objects at several versions share their keys. */
const SHARED_PREFIXES = new Set(['/registry/events/', '/registry/horizontalpodautoscalers/']);

test('no two resources share keys in etcd', () => {
  const owners = new Map<string, string>();
  for (const { etcdPrefix, resource } of builtinKinds()) {
    if (!SHARED_PREFIXES.has(etcdPrefix)) expect(owners.get(etcdPrefix) ?? resource).toBe(resource);
    owners.set(etcdPrefix, resource);
  }
});

describe.each(builtinKinds().map((kind) => [`${kind.names.kind} of ${kind.names.group || 'core'}/${kind.names.version}`, kind] as const))(
  '%s',
  (_, kind) => {
    kindContract(kind);
  },
);
