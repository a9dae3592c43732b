import { describe, expect, test } from 'vitest';
import { strategicMergePatch } from '../../src/machinery/strategic-merge-patch.ts';

const pod = (containers: unknown[], more: Record<string, unknown> = {}): Record<string, unknown> => ({
  kind: 'Pod',
  spec: { containers, ...more },
});
const patch = (original: unknown, change: Record<string, unknown>): unknown => strategicMergePatch(original, change, 'Pod');

describe('a strategic merge patch', () => {
  test.each([
    {
      rule: 'merges containers by name',
      original: pod([{ name: 'a', image: '1' }, { name: 'b' }]),
      change: { spec: { containers: [{ name: 'a', image: '2' }] } },
      result: pod([{ name: 'a', image: '2' }, { name: 'b' }]),
    },
    {
      rule: 'puts a new container first, as kubectl patch does',
      original: pod([{ name: 'a' }]),
      change: { spec: { containers: [{ name: 'b', image: 'redis' }] } },
      result: pod([{ name: 'b', image: 'redis' }, { name: 'a' }]),
    },
    {
      rule: 'deletes an item by its key',
      original: pod([{ name: 'a' }, { name: 'b' }]),
      change: { spec: { containers: [{ name: 'a', $patch: 'delete' }] } },
      result: pod([{ name: 'b' }]),
    },
    {
      rule: 'replaces a whole list',
      original: pod([{ name: 'a' }, { name: 'b' }]),
      change: { spec: { containers: [{ $patch: 'replace' }, { name: 'c' }] } },
      result: pod([{ name: 'c' }]),
    },
    {
      rule: 'orders items as $setElementOrder says, what others added last',
      original: pod([{ name: 'a', env: [{ name: 'AA' }, { name: 'BB', value: '2' }, { name: 'ZZ' }] }]),
      change: {
        spec: {
          $setElementOrder: undefined,
          containers: [
            {
              name: 'a',
              '$setElementOrder/env': [{ name: 'BB' }],
              env: [
                { name: 'BB', value: '3' },
                { name: 'AA', $patch: 'delete' },
              ],
            },
          ],
        },
      },
      result: pod([{ name: 'a', env: [{ name: 'BB', value: '3' }, { name: 'ZZ' }] }]),
    },
    {
      rule: 'replaces lists without a merge key',
      original: pod([], { tolerations: [{ key: 'a' }] }),
      change: { spec: { tolerations: [{ key: 'b' }] } },
      result: pod([], { tolerations: [{ key: 'b' }] }),
    },
    {
      rule: 'removes what is null',
      original: pod([], { nodeName: 'n', hostname: 'h' }),
      change: { spec: { nodeName: null } },
      result: pod([], { hostname: 'h' }),
    },
    {
      rule: 'keeps only $retainKeys',
      original: pod([], { volumes: [{ name: 'v', emptyDir: {} }] }),
      change: { spec: { volumes: [{ name: 'v', $retainKeys: ['name', 'configMap'], configMap: { name: 'c' } }] } },
      result: pod([], { volumes: [{ name: 'v', configMap: { name: 'c' } }] }),
    },
    {
      rule: 'takes values out of a set',
      original: { kind: 'Pod', metadata: { finalizers: ['a', 'b'] } },
      change: { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } },
      result: { kind: 'Pod', metadata: { finalizers: ['b'] } },
    },
    {
      rule: 'replaces an object that says so',
      original: { kind: 'Pod', metadata: { labels: { a: '1', b: '2' } } },
      change: { metadata: { labels: { $patch: 'replace', c: '3' } } },
      result: { kind: 'Pod', metadata: { labels: { c: '3' } } },
    },
  ])('$rule', ({ original, change, result }) => {
    expect(patch(original, JSON.parse(JSON.stringify(change)))).toEqual(result);
  });

  test('shares what it leaves alone', () => {
    const original = pod([{ name: 'a' }]);
    const result = patch(original, { metadata: { labels: { a: 'b' } } }) as typeof original;
    expect(result.spec).toBe(original.spec);
  });

  test('needs the merge key', () => {
    expect(() => patch(pod([{ name: 'a' }]), { spec: { containers: [{ image: 'x' }] } })).toThrow(
      'map: map[image:x] does not contain declared merge key: name',
    );
  });
});
