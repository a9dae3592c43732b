import { describe, expect, test } from 'vitest';
import { jsonPatch } from '../../src/machinery/json-patch.ts';
import { mergePatch } from '../../src/machinery/merge-patch.ts';

describe('a JSON patch', () => {
  test.each([
    ['adds to a list by index', { a: [1, 2] }, [{ op: 'add', path: '/a/1', value: 9 }], { a: [1, 9, 2] }],
    ['appends with a dash', { a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    ['unescapes names', { 'a/b': { 'c~d': 1 } }, [{ op: 'replace', path: '/a~1b/c~0d', value: 2 }], { 'a/b': { 'c~d': 2 } }],
    ['moves', { a: { b: 1 } }, [{ op: 'move', from: '/a/b', path: '/c' }], { a: {}, c: 1 }],
    ['copies', { a: 1 }, [{ op: 'copy', from: '/a', path: '/b' }], { a: 1, b: 1 }],
    ['removes', { a: [1, 2, 3] }, [{ op: 'remove', path: '/a/0' }], { a: [2, 3] }],
  ])('%s', (_rule, document, operations, result) => {
    expect(jsonPatch(document, operations)).toEqual(result);
  });

  test.each([
    [
      'replacing what is missing',
      [{ op: 'replace', path: '/x', value: 1 }],
      'replace operation does not apply: doc is missing key: /x: missing value',
    ],
    ['a failed test', [{ op: 'test', path: '/a', value: 2 }], 'testing value /a failed: test failed'],
    ['an unknown operation', [{ op: 'frob', path: '/a' }], 'Unexpected kind: frob'],
    [
      'removing what is missing',
      [{ op: 'remove', path: '/x' }],
      "error in remove for path: '/x': Unable to remove nonexistent key: x: missing value",
    ],
  ])('refuses %s', (_what, operations, message) => {
    expect(() => jsonPatch({ a: 1 }, operations)).toThrow(message);
  });

  test('cannot reach prototypes', () => {
    expect(() => jsonPatch({}, [{ op: 'add', path: '/__proto__/polluted', value: 1 }])).toThrow();
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('a merge patch', () => {
  test.each([
    ['merges objects', { a: { b: 1 } }, { a: { c: 2 } }, { a: { b: 1, c: 2 } }],
    ['removes nulls', { a: 1, b: 2 }, { a: null }, { b: 2 }],
    ['replaces lists', { a: [1, 2] }, { a: [3] }, { a: [3] }],
    ['drops nulls of what is new', {}, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
  ])('%s', (_rule, target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });
});
