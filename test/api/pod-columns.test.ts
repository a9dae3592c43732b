import { expect, test } from 'vitest';
import { Pod } from '../../src/api/core/pod.ts';
import type { V1ContainerState, V1ContainerStatus, V1PodStatus } from '../../src/api/generated/types.ts';
import type { StoredMeta } from '../../src/machinery/object.ts';
import { ago, stored } from './objects.ts';
import { row } from './row.ts';

const waiting = (reason?: string): V1ContainerState => ({ waiting: { reason } });
const ended = (exitCode: number, reason?: string, signal?: number): V1ContainerState => ({ terminated: { exitCode, reason, signal } });
const running: V1ContainerState = { running: { startedAt: ago(60) } };

const container = (name: string, state: V1ContainerState, more: Partial<V1ContainerStatus> = {}): V1ContainerStatus => ({
  name,
  state,
  ready: state === running,
  restartCount: 0,
  image: 'nginx',
  imageID: '',
  ...more,
});

interface Case {
  given: string;
  shows: string;
  ready?: string;
  spec?: object;
  status: V1PodStatus;
  metadata?: Partial<StoredMeta>;
}

const one = { containers: [{ name: 'a' }] };
const two = { containers: [{ name: 'a' }, { name: 'b' }] };
const withInit = { initContainers: [{ name: 'i' }, { name: 'j' }], ...one };
const withSidecar = { initContainers: [{ name: 's', restartPolicy: 'Always' }, { name: 'j' }], ...one };
const ready = [{ type: 'Ready', status: 'True' }];
const initialized = [{ type: 'Initialized', status: 'True' }];

test.each<Case>([
  { given: 'has only a phase', shows: 'Pending', status: { phase: 'Pending' } },
  { given: 'has a reason', shows: 'Evicted', status: { phase: 'Failed', reason: 'Evicted' } },
  {
    given: 'waits at a scheduling gate',
    shows: 'SchedulingGated',
    status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
  },
  {
    given: 'runs its first init container',
    shows: 'Init:0/2',
    spec: withInit,
    status: {
      phase: 'Pending',
      initContainerStatuses: [container('i', running, { ready: false }), container('j', waiting('PodInitializing'))],
      containerStatuses: [container('a', waiting('PodInitializing'))],
    },
  },
  {
    given: 'has done its first init container',
    shows: 'Init:1/2',
    spec: withInit,
    status: {
      phase: 'Pending',
      initContainerStatuses: [container('i', ended(0, 'Completed')), container('j', waiting('PodInitializing'))],
    },
  },
  {
    given: 'has an init container that failed',
    shows: 'Init:Error',
    spec: withInit,
    status: { phase: 'Pending', initContainerStatuses: [container('i', ended(1, 'Error'))] },
  },
  {
    given: 'has an init container that ended without a reason',
    shows: 'Init:ExitCode:3',
    spec: withInit,
    status: { phase: 'Pending', initContainerStatuses: [container('i', ended(3))] },
  },
  {
    given: 'has an init container that was killed',
    shows: 'Init:Signal:9',
    spec: withInit,
    status: { phase: 'Pending', initContainerStatuses: [container('i', ended(137, undefined, 9))] },
  },
  {
    given: 'has an init container in back-off',
    shows: 'Init:CrashLoopBackOff',
    spec: withInit,
    status: { phase: 'Pending', initContainerStatuses: [container('i', waiting('CrashLoopBackOff'))] },
  },
  {
    given: 'has a started sidecar and a waiting init container',
    shows: 'Init:1/2',
    ready: '1/2',
    spec: withSidecar,
    status: {
      phase: 'Pending',
      initContainerStatuses: [container('s', running, { started: true }), container('j', waiting('PodInitializing'))],
    },
  },
  {
    given: 'is initialized and whose sidecar is in back-off',
    shows: 'Init:CrashLoopBackOff',
    ready: '1/2',
    spec: withSidecar,
    status: {
      phase: 'Running',
      conditions: [...initialized, ...ready],
      initContainerStatuses: [container('s', waiting('CrashLoopBackOff')), container('j', ended(0, 'Completed'))],
      containerStatuses: [container('a', running)],
    },
  },
  {
    given: 'pulls an image',
    shows: 'ContainerCreating',
    status: { phase: 'Pending', containerStatuses: [container('a', waiting('ContainerCreating'))] },
  },
  {
    given: 'has two waiting containers',
    shows: 'ImagePullBackOff',
    spec: two,
    status: {
      phase: 'Pending',
      containerStatuses: [container('a', waiting('ImagePullBackOff')), container('b', waiting('CrashLoopBackOff'))],
    },
  },
  {
    given: 'was killed for memory',
    shows: 'OOMKilled',
    status: { phase: 'Running', containerStatuses: [container('a', ended(137, 'OOMKilled'))] },
  },
  {
    given: 'ended by a signal',
    shows: 'Signal:15',
    status: { phase: 'Failed', containerStatuses: [container('a', ended(143, undefined, 15))] },
  },
  { given: 'ended with a code', shows: 'ExitCode:2', status: { phase: 'Failed', containerStatuses: [container('a', ended(2))] } },
  {
    given: 'runs',
    shows: 'Running',
    ready: '1/1',
    status: { phase: 'Running', conditions: ready, containerStatuses: [container('a', running)] },
  },
  {
    given: 'has a completed container beside a ready one',
    shows: 'Running',
    ready: '1/2',
    spec: two,
    status: { phase: 'Running', conditions: ready, containerStatuses: [container('a', ended(0, 'Completed')), container('b', running)] },
  },
  {
    given: 'has a completed container beside one that runs, without being ready',
    shows: 'NotReady',
    spec: two,
    status: { phase: 'Running', containerStatuses: [container('a', ended(0, 'Completed')), container('b', running)] },
  },
  {
    given: 'has a completed container beside one that failed',
    shows: 'Error',
    spec: two,
    status: { phase: 'Failed', containerStatuses: [container('a', ended(0, 'Completed')), container('b', ended(1, 'Error'))] },
  },
  {
    given: 'completed',
    shows: 'Completed',
    ready: '0/1',
    status: { phase: 'Succeeded', containerStatuses: [container('a', ended(0, 'Completed'))] },
  },
  {
    given: 'is being deleted',
    shows: 'Terminating',
    metadata: { deletionTimestamp: ago(1) },
    status: { phase: 'Running', containerStatuses: [container('a', running)] },
  },
  {
    given: 'is being deleted after it completed',
    shows: 'Completed',
    metadata: { deletionTimestamp: ago(1) },
    status: { phase: 'Succeeded', containerStatuses: [container('a', ended(0, 'Completed'))] },
  },
  {
    given: 'was on a lost node and is being deleted',
    shows: 'Unknown',
    metadata: { deletionTimestamp: ago(1) },
    status: { phase: 'Running', reason: 'NodeLost' },
  },
])('the STATUS of a Pod that $given is $shows', ({ shows, ready: cell, spec = one, status, metadata }) => {
  const cells = row(Pod, stored<Pod>('v1', 'Pod', { spec, status }, metadata));
  expect(cells['STATUS']).toBe(shows);
  if (cell) expect(cells['READY']).toBe(cell);
});

const lastEnd = (seconds: number): Partial<V1ContainerStatus> => ({ lastState: { terminated: { exitCode: 1, finishedAt: ago(seconds) } } });

test.each([
  { given: 'never restarted', status: { containerStatuses: [container('a', running)] }, shows: '0' },
  {
    given: 'restarted in two containers',
    status: {
      containerStatuses: [
        container('a', running, { restartCount: 2, ...lastEnd(300) }),
        container('b', running, { restartCount: 1, ...lastEnd(30) }),
      ],
    },
    shows: '3 (30s ago)',
  },
  { given: 'restarted at an unknown time', status: { containerStatuses: [container('a', running, { restartCount: 2 })] }, shows: '2' },
  {
    given: 'restarts while initializing',
    status: {
      initContainerStatuses: [container('i', waiting('CrashLoopBackOff'), { restartCount: 4, ...lastEnd(90) })],
      containerStatuses: [],
    },
    shows: '4 (90s ago)',
  },
])('RESTARTS of a Pod that $given is $shows', ({ status, shows }) => {
  expect(row(Pod, stored<Pod>('v1', 'Pod', { spec: two, status }))['RESTARTS']).toBe(shows);
});

test('a Pod without a node or an address shows <none>', () => {
  expect(row(Pod, stored<Pod>('v1', 'Pod', { spec: one, status: {} }))).toMatchObject({
    IP: '<none>',
    NODE: '<none>',
    'NOMINATED NODE': '<none>',
    'READINESS GATES': '<none>',
    AGE: '5m',
  });
});
