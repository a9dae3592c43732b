import { expect, test } from 'vitest';
import { createRecurrences } from '../../src/cluster/recurrences.ts';
import { rfc3339, rfc3339Micro, seconds } from '../../src/machinery/clock.ts';
import type { KubeObject } from '../../src/machinery/object.ts';
import { storeOf } from '../../src/state/keyspace-store.ts';
import { createKeyspace } from '../../src/state/memory-keyspace.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const at = (now: number) => createRecurrences(storeOf(createKeyspace()), { now: () => now });
const object = (rest: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'X',
  metadata: { name: 'x', uid: 'u', resourceVersion: '7', creationTimestamp: '' },
  ...rest,
});

test('a lease shows the latest renewal without a revision of its own', () => {
  const recurrences = at(start + seconds(47));
  recurrences.start('leases/kube-node-lease/node01', { kind: 'lease', from: start, period: seconds(10) });
  const lease = recurrences.overlay(
    '/registry/leases/kube-node-lease/node01',
    object({ spec: { renewTime: rfc3339Micro(start), holderIdentity: 'node01' } }),
  );
  expect(lease).toMatchObject({
    metadata: { resourceVersion: '7' },
    spec: { renewTime: '2026-01-01T00:00:40.000000Z', holderIdentity: 'node01' },
  });
});

test('an event that repeats counts up until it ends', () => {
  const recurrences = at(start + seconds(3600));
  recurrences.start('events/default/web.1', { kind: 'event', from: start, period: seconds(15), until: start + seconds(60) });
  const event = recurrences.overlay('/registry/events/default/web.1', object({ count: 2, lastTimestamp: rfc3339(start) }));
  expect(event).toMatchObject({ count: 6, lastTimestamp: '2026-01-01T00:01:00Z' });
});

test('an object without a recurrence is passed on as it is', () => {
  const pod = object({});
  expect(at(start).overlay('/registry/pods/default/web', pod)).toBe(pod);
});
