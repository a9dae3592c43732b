import { expect, test } from 'vitest';
import type { Pod } from '../../src/api/core/pod.ts';
import { newRecord, recordOf } from '../../src/kubelet/record.ts';
import { statusOf } from '../../src/kubelet/status.ts';

const pod = (metadata: object = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'app', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
  spec: { containers: [{ name: 'app', image: 'busybox' }], nodeName: 'node01' },
});

test.each([
  { given: 'is in a crash loop', metadata: {}, state: 'CrashLoopBackOff' },
  { given: 'is in a crash loop and being deleted', metadata: { deletionTimestamp: '2026-01-01T00:01:00Z' }, state: 'Error' },
])('a container of a Pod that $given shows $state', ({ metadata, state }) => {
  const record = newRecord(pod(metadata), 'api', 0);
  const container = recordOf(record, 'app');
  container.current = {
    id: 'x',
    image: 'busybox',
    imageID: 'busybox',
    user: 0,
    groups: [0],
    startedAt: 1000,
    finishedAt: 2000,
    exitCode: 1,
    reason: 'Error',
  };
  container.waiting = { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container=app' };
  const shown = statusOf(pod(metadata), record, '172.18.0.3', 3000).containerStatuses?.[0]?.state;
  expect(shown?.waiting?.reason ?? shown?.terminated?.reason).toBe(state);
});
