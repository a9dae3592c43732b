import { describe, expect, test } from 'vitest';
import { threeWayMergePatch, threeWayStrategicPatch } from '../../../src/cli/strategic-diff.ts';

const deployment = (containers: object[], more: object = {}) => ({ spec: { template: { spec: { containers } }, ...more } });

describe('what apply sends', () => {
  test.each([
    {
      fact: 'nothing when the server already has it',
      original: { data: { a: '1' } },
      modified: { data: { a: '1' } },
      current: { data: { a: '1' }, metadata: { uid: 'x' } },
      patch: {},
    },
    {
      fact: 'what is new and what changed',
      original: { data: { a: '1' } },
      modified: { data: { a: '2', b: '3' } },
      current: { data: { a: '1' } },
      patch: { data: { a: '2', b: '3' } },
    },
    {
      fact: 'null for what was applied before and is no longer wanted',
      original: { data: { a: '1', b: '2' } },
      modified: { data: { a: '1' } },
      current: { data: { a: '1', b: '2', c: '3' } },
      patch: { data: { b: null } },
    },
    {
      fact: 'containers by name, with the order that is wanted',
      original: deployment([
        { name: 'a', image: 'x:1' },
        { name: 'b', image: 'y' },
      ]),
      modified: deployment([{ name: 'a', image: 'x:2' }]),
      current: deployment([
        { name: 'a', image: 'x:1', imagePullPolicy: 'Always' },
        { name: 'b', image: 'y' },
      ]),
      patch: {
        spec: {
          template: {
            spec: {
              containers: [
                { name: 'a', image: 'x:2' },
                { $patch: 'delete', name: 'b' },
              ],
              '$setElementOrder/containers': [{ name: 'a' }],
            },
          },
        },
      },
    },
    {
      fact: 'lists without a merge key as a whole',
      original: deployment([{ name: 'a', args: ['1'] }]),
      modified: deployment([{ name: 'a', args: ['1', '2'] }]),
      current: deployment([{ name: 'a', args: ['1'] }]),
      patch: deployment([{ name: 'a', args: ['1', '2'] }], {}),
      order: true,
    },
  ])('is $fact', ({ original, modified, current, patch, order }) => {
    const expected = order
      ? {
          spec: {
            template: {
              spec: { ...(patch as ReturnType<typeof deployment>).spec.template.spec, '$setElementOrder/containers': [{ name: 'a' }] },
            },
          },
        }
      : patch;
    expect(threeWayStrategicPatch('Deployment', original, modified, current)).toEqual(expected);
  });

  test('keeps variables that others added, and says so by their order', () => {
    const env = (...names: string[]) => deployment([{ name: 'a', env: names.map((name) => ({ name })) }]);
    const patch = threeWayStrategicPatch('Deployment', env('B'), env('B'), env('B', 'Z'));
    expect(patch).toEqual({
      spec: {
        template: {
          spec: { containers: [{ name: 'a', '$setElementOrder/env': [{ name: 'B' }] }], '$setElementOrder/containers': [{ name: 'a' }] },
        },
      },
    });
  });

  test('for custom resources is a merge patch: lists are replaced', () => {
    const patch = threeWayMergePatch(
      { spec: { list: [1], old: 1 } },
      { spec: { list: [1, 2] } },
      { spec: { list: [1], old: 1, other: 1 } },
    );
    expect(patch).toEqual({ spec: { list: [1, 2], old: null } });
  });
});
