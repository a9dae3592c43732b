import { expect, test } from 'vitest';
import { publish, sharing, storedFiles, unpublish, writeBack } from '../../src/csi/volumes.ts';
import { storeOf } from '../../src/state/keyspace-store.ts';
import { createKeyspace } from '../../src/state/memory-keyspace.ts';

const onDisk = { node: 'node01', path: '/data' };

test('what a Pod writes is there when it is gone', () => {
  const store = storeOf(createKeyspace());
  publish(store, 'a', { data: onDisk });
  writeBack(store, 'a', () => ({ 'x/y': { text: 'hello' } }));
  unpublish(store, 'a');
  expect(storedFiles(store, onDisk)).toEqual({ 'x/y': { text: 'hello' } });
  expect(store.get('/kubemu/nodes/node01/disk/data/x/y')).toEqual({ text: 'hello' });
});

test('two Pods on one volume do not undo what the other wrote', () => {
  const store = storeOf(createKeyspace());
  const shared = { volume: 'pvc-1' };
  for (const pod of ['a', 'b']) publish(store, pod, { data: shared });
  writeBack(store, 'a', () => ({ one: { text: '1' } }));
  writeBack(store, 'b', () => ({ two: { text: '2' } }));
  writeBack(store, 'a', () => ({ one: { text: '1' } }));
  expect(Object.keys(storedFiles(store, shared))).toEqual(['one', 'two']);
  writeBack(store, 'a', () => ({}));
  expect(Object.keys(storedFiles(store, shared))).toEqual(['two']);
  expect(sharing(store, 'a', shared)).toEqual(['b']);
});
