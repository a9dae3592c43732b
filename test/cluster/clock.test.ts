import { expect, test } from 'vitest';
import { type ClockState, openClock } from '../../src/cluster/clock.ts';
import { storeOf } from '../../src/state/keyspace-store.ts';
import { createKeyspace } from '../../src/state/memory-keyspace.ts';

function clock(state: Partial<ClockState> = {}) {
  const store = storeOf(createKeyspace());
  store.put('/kubemu/clock', { mode: 'real', speed: 1, now: 1_000, anchor: { wall: 50_000, virtual: 1_000 }, ...state });
  return openClock(store);
}

test.each([
  { given: 'real time', state: {}, wall: 57_000, at: 8_000 },
  { given: 'four times as fast', state: { speed: 4 }, wall: 57_000, at: 29_000 },
  { given: 'clock max, where the wall does not count', state: { mode: 'max' as const }, wall: 57_000, at: 1_000 },
  { given: 'a wall clock that jumped back', state: { now: 9_000 }, wall: 40_000, at: 9_000 },
])('in $given the clock stands where it should', ({ state, wall, at }) => {
  expect(clock(state).target(wall)).toBe(at);
});

test('a change of speed counts from now on: what has passed stays passed', () => {
  const turned = clock();
  turned.configure({ speed: 10 }, 53_000);
  expect(turned.target(53_000)).toBe(4_000);
  expect(turned.target(54_000)).toBe(14_000);
});

test('setting what is set already changes nothing', () => {
  const turned = clock({ speed: 4 });
  const { state } = turned;
  turned.configure({ speed: 4 }, 90_000);
  expect(turned.state).toBe(state);
});

test('a real clock that was moved on goes on from there, without waiting for the wall', () => {
  const turned = clock();
  turned.move(3_601_000);
  turned.configure({}, 51_000);
  expect(turned.target(53_000)).toBe(3_603_000);
});
