import { expect, test } from 'vitest';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  milliValue,
  parseQuantity,
  QuantityError,
  subtractQuantities,
  value,
} from '../../src/machinery/quantity.ts';

test.each([
  ['1000m', '1'],
  ['100m', '100m'],
  ['0.1', '100m'],
  ['1.5', '1500m'],
  ['1.5Gi', '1536Mi'],
  ['0.5Gi', '512Mi'],
  ['1024Ki', '1Mi'],
  ['1000Ki', '1000Ki'],
  ['0.5Ki', '512'],
  ['1000', '1k'],
  ['1048576', '1048576'],
  ['2000M', '2G'],
  ['1e3', '1e3'],
  ['1200e-3', '1200e-3'],
  ['1E', '1E'],
  ['12E6', '12e6'],
  ['0', '0'],
  ['0Gi', '0'],
  ['-5Mi', '-5Mi'],
  ['+3', '3'],
  ['.5', '500m'],
  ['1n', '1n'],
  ['0.1n', '1n'],
  ['9999999999E', '9223372036854775807'],
  ['1e999999999', '9223372036854775807'],
  ['1e-999999999', '1e-9'],
])('the quantity %s is written %s', (text, canonical) => {
  expect(canonicalQuantity(text)).toBe(canonical);
});

test('a bare number is a quantity', () => {
  expect(canonicalQuantity(2)).toBe('2');
  expect(canonicalQuantity(0.5)).toBe('500m');
});

test.each([
  ['1core', 'quantities must match the regular expression'],
  ['', 'quantities must match the regular expression'],
  ['abc', 'quantities must match the regular expression'],
  ['1.2.3', 'quantities must match the regular expression'],
  ['1mm', "unable to parse quantity's suffix"],
  ['1MB', 'quantities must match the regular expression'],
  ['.', 'unable to parse numeric part of quantity'],
])('%j is no quantity: %s', (text, why) => {
  expect(() => parseQuantity(text)).toThrow(QuantityError);
  expect(() => parseQuantity(text)).toThrow(why);
});

test.each([
  ['250m', 250, 1],
  ['1', 1000, 1],
  ['1.0001', 1001, 2],
  ['1Gi', 1073741824000, 1073741824],
  ['64Mi', 67108864000, 67108864],
])('%s is %i thousandths, %i whole units', (text, milli, whole) => {
  expect(milliValue(text)).toBe(milli);
  expect(value(text)).toBe(whole);
});

test('a sum keeps the format of its first part, unless that is zero', () => {
  const sum = (a: string, b: string) => formatQuantity(addQuantities(parseQuantity(a), parseQuantity(b)));
  expect(sum('1Gi', '512Mi')).toBe('1536Mi');
  expect(sum('100m', '1')).toBe('1100m');
  expect(sum('0', '1Gi')).toBe('1Gi');
  expect(formatQuantity(subtractQuantities(parseQuantity('1Gi'), parseQuantity('256Mi')))).toBe('768Mi');
});

test('quantities compare by amount', () => {
  expect(compareQuantities(parseQuantity('1000m'), parseQuantity('1'))).toBe(0);
  expect(compareQuantities(parseQuantity('1G'), parseQuantity('1Gi'))).toBe(-1);
  expect(compareQuantities(parseQuantity('1'), parseQuantity('999m'))).toBe(1);
});
