import { expect, test } from 'vitest';
import { assignAddress, releaseAddress } from '../../src/cni/addresses.ts';
import { storeOf } from '../../src/state/keyspace-store.ts';
import { createKeyspace } from '../../src/state/memory-keyspace.ts';

test('Pods get the addresses of their node one after the other', () => {
  const store = storeOf(createKeyspace());
  expect(['a', 'b', 'c'].map((pod) => assignAddress(store, 'node01', '10.244.1.0/24', pod))).toEqual([
    '10.244.1.2',
    '10.244.1.3',
    '10.244.1.4',
  ]);
  expect(assignAddress(store, 'node02', '10.244.2.0/24', 'd')).toBe('10.244.2.2');
  expect(store.get('/kubemu/net/addresses/10.244.1.3')).toBe('b');
});

test('a released address comes round again, not at once', () => {
  const store = storeOf(createKeyspace());
  for (const pod of ['a', 'b']) assignAddress(store, 'node01', '10.244.1.0/29', pod);
  releaseAddress(store, '10.244.1.2', 'a');
  expect(['c', 'd', 'e', 'f'].map((pod) => assignAddress(store, 'node01', '10.244.1.0/29', pod))).toEqual([
    '10.244.1.4',
    '10.244.1.5',
    '10.244.1.6',
    '10.244.1.2',
  ]);
});

test('an exhausted range says which one', () => {
  const store = storeOf(createKeyspace());
  for (const pod of ['a', 'b', 'c', 'd', 'e']) assignAddress(store, 'node01', '10.244.1.0/29', pod);
  expect(() => assignAddress(store, 'node01', '10.244.1.0/29', 'f')).toThrow(
    'no IP addresses available in range set: 10.244.1.1-10.244.1.6',
  );
});

test('only its owner gives an address back', () => {
  const store = storeOf(createKeyspace());
  const address = assignAddress(store, 'node01', '10.244.1.0/24', 'a');
  releaseAddress(store, address, 'b');
  expect(store.get(`/kubemu/net/addresses/${address}`)).toBe('a');
});
