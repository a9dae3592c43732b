import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readYaml } from '../../src/machinery/yaml-full.ts';
import { readSimpleYaml } from '../../src/machinery/yaml-read.ts';
import { writeYaml } from '../../src/machinery/yaml-write.ts';
import strings from './yaml-strings.json' with { type: 'json' };

describe('a string is written as kubectl v1.32.5 writes it', () => {
  test.each(strings)('$value', ({ key, value, yaml }) => {
    expect(writeYaml({ data: { [key]: value } })).toBe(`data:\n${yaml}\n`);
  });
});

test.each([
  { given: 'empty collections', value: { a: {}, b: [], c: null }, yaml: 'a: {}\nb: []\nc: null\n' },
  { given: 'lists below a key', value: { a: [{ c: 1, b: [1, [2, 3]] }, 'x'] }, yaml: 'a:\n- b:\n  - 1\n  - - 2\n    - 3\n  c: 1\n- x\n' },
  {
    given: 'numbers',
    value: { a: 1.5, b: 0.00001, c: 1e21, d: -0.5, e: 9007199254740991 },
    yaml: 'a: 1.5\nb: 1e-05\nc: 1e+21\nd: -0.5\ne: 9007199254740991\n',
  },
  { given: 'keys with numbers', value: { a10: 1, a9: 2, A: 3, '1': 4, yes: 5 }, yaml: '"1": 4\nA: 3\na9: 2\na10: 1\n"yes": 5\n' },
])('$given: $yaml', ({ value, yaml }) => {
  expect(writeYaml(value)).toBe(yaml);
});

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    '',
    'yes',
    '~',
    '1',
    '1e3',
    '0x1',
    '-',
    '- a',
    'a: b',
    'a #b',
    '2020-01-01',
    '12:30',
    'a\nb\n',
    ' a\n',
    'x '.repeat(60),
    '"',
    "'",
    '{a}',
    '<<',
  ),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

test('what is written reads back the same', () => {
  fc.assert(
    fc.property(fc.dictionary(text, json, { maxKeys: 4, noNullPrototype: true }), (value) => {
      expect(readYaml(writeYaml(value))).toEqual([value]);
    }),
    { numRuns: 500 },
  );
});

test('the quick reader reads what the full one reads, or nothing', () => {
  const line = fc.stringMatching(/^ {0,6}(- )?(- )?[ab"'#:|{[\]},&*!-]{0,3}:? ?[ab01"'#:|{[\]},&*!~-]{0,6}$/);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(line, { maxLength: 6 }).map((lines) => lines.join('\n')),
        fc.dictionary(text, json, { maxKeys: 4, noNullPrototype: true }).map(writeYaml),
      ),
      (yaml) => {
        const quick = readSimpleYaml(yaml);
        if (quick !== undefined) expect(quick.length > 0 ? quick : [null]).toEqual(readYaml(yaml));
      },
    ),
    { numRuns: 3000 },
  );
});

test.each([
  {
    given: 'a Pod',
    yaml: 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: x # c\n  labels: {app: web, "b": \'1\'}\nspec:\n  containers:\n  - name: c\n    command: [sh, -c, "echo hi"]\n    ports:\n    - containerPort: 80\n',
  },
  {
    given: 'a script in a literal block',
    yaml: 'data:\n  run.sh: |\n    #!/bin/sh\n    if true; then\n      echo "a: b"\n    fi\n\n    exit 0\n  other: |-\n    x\nkind: ConfigMap\n',
  },
  { given: 'two documents', yaml: '---\na: 1\n---\nb: 2\n' },
  { given: 'lists not indented', yaml: 'args:\n- a\n-\n  b: 1\n- - x\n  - y\n' },
])('the quick reader takes $given on', ({ yaml }) => {
  expect(readSimpleYaml(yaml)).toEqual(readYaml(yaml));
});

test('the quick reader leaves anchors, folded text and errors to the full one', () => {
  for (const yaml of ['a: &x 1\nb: *x\n', 'a: >\n  b\n', 'a: b: c\n', 'a:\n\t- b\n', 'a: 1\na: 2\n', 'a: [1,\n  2]\n'])
    expect(readSimpleYaml(yaml)).toBeUndefined();
});

test.each([
  { yaml: 'a: &x {b: 1}\nc: *x\n', value: { a: { b: 1 }, c: { b: 1 } } },
  { yaml: 'a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n', value: { a: { b: 1, c: 2 }, d: { b: 1, c: 3 } } },
  {
    yaml: 'a: 0755\nb: 0o17\nc: 1_000\nd: yes\ne: off\nf: "yes"\ng: 1e3\n',
    value: { a: 493, b: 15, c: 1000, d: true, e: false, f: 'yes', g: 1000 },
  },
  { yaml: 'a: !!str 1\nb: !!int "2"\n', value: { a: '1', b: 2 } },
  { yaml: 'a: 1\na: 2\n', value: { a: 2 } },
  { yaml: '__proto__: 1\n', value: JSON.parse('{"__proto__":1}') },
])('$yaml means what Go says', ({ yaml, value }) => {
  expect(readYaml(yaml)).toEqual([value]);
});

// source: kubectl v1.32.5, `create -f`
test.each([
  { yaml: 'a: b\n bad: [\n', error: 'line 2: mapping values are not allowed in this context' },
  { yaml: 'metadata:\n  name: x\n bad: [\n', error: 'line 2: did not find expected key' },
  { yaml: 'a: b: c\n', error: 'mapping values are not allowed in this context' },
  { yaml: 'a: [1, 2\nb: 3\n', error: "line 1: did not find expected ',' or ']'" },
  { yaml: 'a: "x\n', error: 'line 2: found unexpected end of stream' },
  { yaml: 'a: [1\n', error: "line 1: did not find expected ',' or ']'" },
  { yaml: 'a: {b\n', error: "line 1: did not find expected ',' or '}'" },
  { yaml: 'a: [\n', error: 'line 1: did not find expected node content' },
  { yaml: '- a\nb: c\n', error: "line 1: did not find expected '-' indicator" },
  { yaml: 'a:\n  - b\n c: d\n', error: 'line 2: did not find expected key' },
  { yaml: 'a: b\nc\n', error: "line 3: could not find expected ':'" },
  { yaml: 'a: @x\n', error: 'found character that cannot start any token' },
  { yaml: 'a: b\n  c: d\n', error: 'line 2: mapping values are not allowed in this context' },
  { yaml: 'a:\n- b\n  c: d\n', error: 'line 3: mapping values are not allowed in this context' },
  { yaml: 'key: "a" b\n', error: 'did not find expected key' },
  { yaml: "key: 'a\n", error: 'line 2: found unexpected end of stream' },
  { yaml: 'a: |x\n', error: 'did not find expected comment or line break' },
  { yaml: '[a, b\n', error: "line 1: did not find expected ',' or ']'" },
  { yaml: 'a\nb: c\n', error: 'line 2: mapping values are not allowed in this context' },
  { yaml: 'a: b\n- c\n', error: 'line 1: did not find expected key' },
  { yaml: 'spec:\n  containers:\n  - name: x\n   image: y\n', error: 'line 3: did not find expected key' },
  { yaml: 'x: y\n\tz: 1\n', error: 'line 2: found a tab character that violates indentation' },
  { yaml: 'metadata:\n\tname: x\n', error: 'line 2: found character that cannot start any token' },
  { yaml: 'a: b\n---\nc: [\n', error: 'line 1: did not find expected node content' },
  { yaml: 'spec:\n  a: 1\n    b: 2\n', error: 'line 3: mapping values are not allowed in this context' },
  { yaml: 'a: {b: 1\n  c: 2}\n', error: "line 1: did not find expected ',' or '}'" },
  { yaml: 'a: "b\nc: d\n', error: 'line 3: found unexpected end of stream' },
  { yaml: '- a: 1\n b: 2\n', error: "line 1: did not find expected '-' indicator" },
  { yaml: 'a:\n  - b\n  c\n', error: "line 4: could not find expected ':'" },
  { yaml: 'a: *x\n', error: "unknown anchor 'x' referenced" },
])('$yaml is refused: $error', ({ yaml, error }) => {
  expect(() => readYaml(yaml)).toThrow(new Error(`yaml: ${error}`));
});
