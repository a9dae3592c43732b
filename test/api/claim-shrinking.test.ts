import { expect, test } from 'vitest';
import { PersistentVolumeClaim } from '../../src/api/core/persistentvolumeclaim.ts';

const claim = (storage: string, capacity: string): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
  spec: { accessModes: ['ReadWriteOnce'], volumeName: 'v', resources: { requests: { storage } } },
  status: { phase: 'Bound', capacity: { storage: capacity } },
});

test.each([
  { from: '500Mi', to: '500Mi', capacity: '1Gi', ok: true },
  { from: '2Gi', to: '1500Mi', capacity: '1Gi', ok: true },
  { from: '2Gi', to: '1Gi', capacity: '1Gi', ok: false },
  { from: '1Gi', to: '500Mi', capacity: '1Gi', ok: false },
])('a claim for $from on a volume of $capacity may ask for $to: $ok', ({ from, to, capacity, ok }) => {
  const errors = PersistentVolumeClaim.strategy.validateUpdate?.(claim(to, capacity), claim(from, capacity), '') ?? [];
  expect(errors.some(({ field }) => field === 'spec.resources.requests.storage')).toBe(!ok);
});
