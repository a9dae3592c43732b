// What every kind owes, run over the registry list: test/api/kind-contract.test.ts.
import { expect, test } from 'vitest';
import type { Kind } from '../../src/api/kind.ts';
import { checkSchema } from '../../src/api/validation/schema.ts';
import { jsonEqual } from '../../src/machinery/equal.ts';
import { deepFreeze, thaw } from '../../src/machinery/freeze.ts';
import type { KubeObject } from '../../src/machinery/object.ts';
import { keyedRandom } from '../../src/machinery/random.ts';
import { anyObject } from './any-object.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const context = { now: NOW, random: keyedRandom('contract'), subresource: '' };
/** Columns of these kinds begin with something else than a name. */
const WITHOUT_NAME_FIRST = new Set(['Event']);
const OBJECTS = 6;

export function kindContract(kind: Kind): void {
  const { names } = kind;
  // A version that etcd does not hold goes through the pipeline as the one it does.
  const pipeline = kind.storedAs?.kind ?? kind;
  const { strategy } = pipeline;
  const apiVersion = names.group ? `${names.group}/${names.version}` : names.version;

  test('its names are complete', () => {
    expect(names).toMatchObject({
      kind: expect.stringMatching(/^[A-Z]/),
      plural: expect.stringMatching(/^[a-z]+$/),
      singular: names.kind.toLowerCase(),
    });
    expect(names.verbs.length).toBeGreaterThan(0);
    expect(kind.etcdPrefix).toMatch(/^\/registry\/[a-z0-9./]+\/$/);
    expect(kind.resource).toBe(names.group ? `${names.plural}.${names.group}` : names.plural);
  });

  test('its table begins with the name', () => {
    const columns = kind.strategy.columns ?? [];
    expect(columns.length).toBeGreaterThan(0);
    if (!WITHOUT_NAME_FIRST.has(names.kind)) expect(columns[0]?.header).toBe('NAME');
    expect(new Set(columns.map(({ header }) => header)).size).toBe(columns.length);
  });

  test('defaults, preparation, validation and columns cope with whatever the schema lets through', async () => {
    for (let i = 0; i < OBJECTS; i++) {
      const given = await anyObject(kind, `${kind.resource}/${i}`);
      const checked = await checkSchema(kind, given);
      expect(checked).toMatchObject({ unknown: [] });
      expect(checked.typeError).toBeUndefined();
      const draft = thaw(kind.storedAs?.toStored(checked.object as KubeObject) ?? checked.object) as KubeObject;
      strategy.setDefaults?.(draft);
      const again = thaw(draft);
      strategy.setDefaults?.(again);
      expect(jsonEqual(again, draft), 'defaults are idempotent').toBe(true);
      strategy.prepareForCreate?.(draft, context);
      const stored = deepFreeze(draft);
      expect(() => strategy.setDefaults?.(stored), 'defaults leave a stored object alone').not.toThrow();
      const result = await checkSchema(pipeline, stored);
      expect({ unknown: result.unknown, typeError: result.typeError }).toEqual({ unknown: [], typeError: undefined });
      for (const error of strategy.validate?.(stored) ?? []) expect(error.message).not.toContain('undefined');
      const changed = thaw(stored);
      strategy.prepareForUpdate?.(changed, stored, context);
      strategy.validateUpdate?.(changed, stored, '');
      strategy.selectableFields?.(stored);
      strategy.gracefulDeletion?.(stored);
      if (strategy.validate?.(stored).length) continue;
      const shown = kind.storedAs?.fromStored(stored) ?? stored;
      for (const column of kind.strategy.columns ?? []) column.cell(shown, NOW);
    }
  });

  test('a field that it does not have is found', async () => {
    const { unknown } = await checkSchema(kind, { apiVersion, kind: names.kind, metadata: { name: 'x' }, nonsense: true });
    expect(unknown).toEqual(['nonsense']);
  });
}
