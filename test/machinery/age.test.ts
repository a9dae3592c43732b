import { expect, test } from 'vitest';
import { ageOf, humanDuration } from '../../src/machinery/age.ts';

const D = 86_400;
test.each([
  [-2, '<invalid>'],
  [-1, '0s'],
  [0, '0s'],
  [119, '119s'],
  [120, '2m'],
  [121, '2m1s'],
  [599, '9m59s'],
  [600, '10m'],
  [10_799, '179m'],
  [10_800, '3h'],
  [10_860, '3h1m'],
  [28_800, '8h'],
  [2 * D - 1, '47h'],
  [2 * D, '2d'],
  [2 * D + 3600, '2d1h'],
  [8 * D, '8d'],
  [730 * D - 1, '729d'],
  [730 * D, '2y'],
  [731 * D, '2y1d'],
  [2920 * D, '8y'],
])('%i seconds are shown as %s', (seconds, text) => {
  expect(humanDuration(seconds * 1000)).toBe(text);
});

test('without a timestamp the age is unknown', () => {
  expect(ageOf(undefined, 0)).toBe('<unknown>');
});
