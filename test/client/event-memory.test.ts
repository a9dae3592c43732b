import { describe, expect, test } from 'vitest';
import { admitted, isForgettable, nothing, type ObjectMemory, placed, withEvent, withRepeating } from '../../src/client/event-memory.ts';
import { hours, minutes, seconds } from '../../src/machinery/clock.ts';

const T0 = Date.parse('2026-01-01T00:00:00Z');
const KEY = 'Normal|SuccessfulCreate';

function messages(texts: readonly string[]): { memory: ObjectMemory; places: string[]; shown: string[] } {
  let memory = nothing(T0);
  const places: string[] = [];
  const shown: string[] = [];
  for (const text of texts) {
    const found = placed(memory, KEY, text, '', T0);
    memory = found.memory;
    places.push(found.place.id);
    shown.push(found.place.message);
  }
  return { memory, places, shown };
}

describe('combining', () => {
  const created = Array.from({ length: 12 }, (_, i) => `Created pod: web-${i}`);

  test('nine different messages stay events of their own, the tenth and what follows are one', () => {
    const { places, shown } = messages(created);
    expect(new Set(places.slice(0, 9)).size).toBe(9);
    expect(new Set(places.slice(9))).toEqual(new Set(['combined']));
    expect(shown[8]).toBe('Created pod: web-8');
    expect(shown[9]).toBe('(combined from similar events): Created pod: web-9');
  });

  test('a message that was there before keeps its own event', () => {
    const { places } = messages([...created, 'Created pod: web-3']);
    expect(places[12]).toBe(places[3]);
  });

  test('ten minutes of silence begin anew', () => {
    const { memory } = messages(created);
    expect(placed(memory, KEY, 'Created pod: late', '', T0 + minutes(10)).place.id).toBe('combined');
    expect(placed(memory, KEY, 'Created pod: late', '', T0 + minutes(10) + seconds(1)).place.id).not.toBe('combined');
  });

  test('the same words about two containers are two events', () => {
    const one = placed(nothing(T0), KEY, 'Pulled', 'spec.containers{a}', T0);
    expect(placed(one.memory, KEY, 'Pulled', 'spec.containers{b}', T0).place.id).not.toBe(one.place.id);
  });
});

describe('holding back', () => {
  test('twenty-five events pass on end, then one every five minutes', () => {
    let memory = nothing(T0);
    const passed = (at: number): boolean => {
      const asked = admitted(memory, at);
      memory = asked.memory;
      return asked.passes;
    };
    for (let i = 0; i < 25; i++) expect(passed(T0)).toBe(true);
    expect(passed(T0 + minutes(4))).toBe(false);
    expect(passed(T0 + minutes(5))).toBe(true);
    expect(passed(T0 + minutes(9))).toBe(false);
    expect(passed(T0 + minutes(10))).toBe(true);
  });
});

test('an hour later what does not repeat by itself is forgotten', () => {
  let { memory } = messages(['Back-off']);
  memory = withEvent(memory, KEY, 'x', { name: 'web.1', count: 1, first: '', last: '' });
  expect(isForgettable(memory, T0 + hours(2))).toBe(true);
  memory = withRepeating(memory, KEY, 'spec.containers{c}', 'x');
  expect(isForgettable(memory, T0 + hours(2))).toBe(false);
  expect(isForgettable(withRepeating(memory, KEY, 'spec.containers{c}', undefined), T0 + hours(2))).toBe(true);
});
