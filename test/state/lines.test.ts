// Lines in front of a sorted file behave as a plain map whose keys are sorted whenever somebody asks.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numberedLines } from '../../src/state/base-lines.ts';
import { Lines } from '../../src/state/lines.ts';

const baseOf = (sorted: string[]) =>
  numberedLines(sorted.length, 0, { keyOf: (line) => sorted[line] ?? '', bytesOf: () => Buffer.alloc(0) });
const key = fc.constantFrom(...['a', 'a/1', 'a/2', 'a/20', 'b/1', 'b/2', 'c', 'é/1', 'a/3', 'b']);
const step = fc.oneof(
  fc.record({ do: fc.constant('set' as const), key }),
  fc.record({ do: fc.constant('delete' as const), key }),
  fc.record({ do: fc.constant('look' as const), key: fc.constantFrom('a', 'a/', 'b/', 'x', 'é') }),
);

test('a file of sorted lines, changed at random, equals a map', () => {
  fc.assert(
    fc.property(fc.uniqueArray(key), fc.array(step, { maxLength: 30 }), (inFile, steps) => {
      const sorted = [...inFile].sort();
      const lines = new Lines(baseOf(sorted));
      const model = new Map(sorted.map((one, line) => [one, line]));
      for (const [n, one] of steps.entries()) {
        if (one.do === 'set') {
          lines.set(one.key, 1000 + n);
          model.set(one.key, 1000 + n);
        } else if (one.do === 'delete') {
          lines.delete(one.key);
          model.delete(one.key);
        } else {
          const expected = [...model.keys()].filter((known) => known.startsWith(one.key)).sort();
          expect([...lines.scan(one.key)]).toEqual(expected);
          expect([...lines.scan(one.key, 'a/2')]).toEqual(expected.filter((known) => known > 'a/2'));
          expect(lines.count(one.key)).toBe(expected.length);
        }
        for (const known of ['a', 'a/2', 'b/1', 'é/1']) expect(lines.get(known)).toBe(model.get(known));
      }
    }),
    { numRuns: 300 },
  );
});

test('what is added or deleted ahead of a scan is seen by it', () => {
  const sorted = ['a/1', 'a/3', 'a/5', 'a/7'];
  const lines = new Lines(baseOf(sorted));
  lines.set('a/4', 1);
  const seen: string[] = [];
  for (const one of lines.scan('a/')) {
    seen.push(one);
    if (one === 'a/1') {
      lines.set('a/2', 1);
      lines.delete('a/4');
      lines.delete('a/5');
    }
    if (one === 'a/3') lines.set('a/0', 1);
    if (one === 'a/7') lines.set('a/8', 1);
  }
  expect(seen).toEqual(['a/1', 'a/2', 'a/3', 'a/7', 'a/8']);
});
