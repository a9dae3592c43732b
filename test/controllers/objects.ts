// Objects for tests, as the API server would have defaulted them.
import type { Deployment } from '../../src/api/apps/deployment.ts';
import type { ReplicaSet } from '../../src/api/apps/replicaset.ts';
import type { Node } from '../../src/api/core/node.ts';
import { Pod } from '../../src/api/core/pod.ts';
import type { KubeObject } from '../../src/machinery/object.ts';
import { type FakeCluster, START } from './fake-cluster.ts';

const meta = (name: string, namespace: string | undefined = 'default') => ({
  name,
  ...(namespace ? { namespace } : {}),
  uid: `uid-${name}`,
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: new Date(START).toISOString().replace('.000', ''),
});

export function pod(
  name: string,
  spec: Partial<Pod['spec']> = {},
  rest: { labels?: Record<string, string>; status?: Pod['status'] } = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...meta(name), ...(rest.labels ? { labels: rest.labels } : {}) },
    spec: { containers: [{ name: 'c', image: 'nginx' }], schedulerName: 'default-scheduler', ...spec },
    status: rest.status ?? { phase: 'Pending' },
  };
}

export function requesting(cpu: string, memory = '64Mi'): Partial<Pod['spec']> {
  return { containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu, memory } } }] };
}

export function node(
  name: string,
  spec: Partial<Node['spec']> = {},
  labels: Record<string, string> = {},
  capacity: Record<string, string> = {},
): Node {
  const allocatable = { cpu: '2', memory: '4Gi', pods: '110', ...capacity };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...meta(name, ''), labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec,
    status: { allocatable, capacity: allocatable },
  };
}

const template = (app: string, image = 'nginx') => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'c', image }], schedulerName: 'default-scheduler' },
});

export function replicaSet(name: string, replicas: number, rest: Partial<ReplicaSet> = {}): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: meta(name),
    spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name) },
    ...rest,
  };
}

export function deployment(name: string, replicas: number, spec: Partial<Deployment['spec']> = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: meta(name),
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: template(name),
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      ...spec,
    },
  };
}

/** Without what the server fills in. */
export function draft(object: KubeObject): { metadata: Record<string, unknown> } & Record<string, unknown> {
  const { uid: _, resourceVersion: __, creationTimestamp: ___, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Plays a kubelet for whom all goes well: what is bound, or everything when nobody schedules, becomes ready; what ends, is gone. */
export function runPods(cluster: FakeCluster, ready = true): void {
  let ip = cluster.list(Pod).filter(({ status }) => (status as Pod['status'])?.podIP).length;
  const time = new Date(cluster.now).toISOString().replace('.000', '');
  cluster.acting = 'kubelet';
  for (const object of cluster.list(Pod)) {
    if ((object.status as Pod['status'])?.podIP) continue;
    ip++;
    const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: time }];
    cluster.change(Pod, object.metadata, { status: { phase: 'Running', podIP: `10.244.0.${ip}`, conditions } });
  }
  cluster.acting = undefined;
}
