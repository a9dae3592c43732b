import { describe, expect, test } from 'vitest';
import { matchesFields, parseFieldSelector } from '../../src/machinery/fields.ts';
import { formatSelector, matches, parseSelector } from '../../src/machinery/labels.ts';

describe('label selectors', () => {
  const labels = { app: 'web', tier: 'front', size: '3' };
  test.each([
    ['app=web', true],
    ['app==web,tier=front', true],
    ['app!=db', true],
    ['missing!=x', true],
    ['app in (web, db)', true],
    ['app notin (web)', false],
    ['missing notin (web)', true],
    ['app', true],
    ['!app', false],
    ['!missing', true],
    ['size>2', true],
    ['size<2', false],
    ['app=', false],
    ['', true],
  ])('%s: %s', (selector, result) => {
    expect(matches(parseSelector(selector), labels)).toBe(result);
  });

  test.each([
    ['a,', "found '', expected: identifier after ','"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['=a', "found '=', expected: !, identifier, or 'end of string'"],
    ['a=b=c', "found '=', expected: ',' or 'end of string'"],
  ])('refuses %s', (selector, message) => {
    expect(() => parseSelector(selector)).toThrow(message);
  });

  test('print sorted by key', () => {
    expect(formatSelector(parseSelector('b in (2,1),a=x,!c'))).toBe('a=x,b in (1,2),!c');
  });
});

describe('field selectors', () => {
  test.each([
    ['status.phase=Running', true],
    ['status.phase!=Running', false],
    ['spec.nodeName=', true],
    ['a=b\\,c', true],
  ])('%s: %s', (selector, result) => {
    expect(matchesFields(parseFieldSelector(selector), { 'status.phase': 'Running', a: 'b,c' })).toBe(result);
  });

  test('need an operator', () => {
    expect(() => parseFieldSelector('nope')).toThrow("invalid selector: 'nope'; can't understand 'nope'");
  });
});
