import { expect, test } from 'vitest';
import { longTime } from '../../../src/cli/describers/description.ts';
import { words } from '../../../src/cli/describers/generic.ts';

test.each([
  ['creationTimestamp', 'Creation Timestamp'],
  ['apiVersion', 'API Version'],
  ['uid', 'UID'],
  ['respectPDBs', 'Respect PDBs'],
  ['spec', 'Spec'],
])('a field %s of a custom resource is titled %s', (field, title) => {
  expect(words(field)).toBe(title);
});

test('times of descriptions are RFC 1123 with a numeric zone', () => {
  expect(longTime('2026-01-05T08:00:01Z')).toBe('Mon, 05 Jan 2026 08:00:01 +0000');
});
