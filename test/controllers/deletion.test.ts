import { beforeEach, describe, expect, test } from 'vitest';
import { Deployment } from '../../src/api/apps/deployment.ts';
import { ReplicaSet } from '../../src/api/apps/replicaset.ts';
import { ConfigMap } from '../../src/api/core/configmap.ts';
import { Namespace } from '../../src/api/core/namespace.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { controllers } from '../../src/controllers/index.ts';
import { conditionsOf } from '../../src/controllers/namespace.ts';
import type { ApiRequest, ApiResponse } from '../../src/machinery/http.ts';
import type { KubeObject } from '../../src/machinery/object.ts';
import { FakeCluster, START } from './fake-cluster.ts';
import { deployment, draft, pod, runPods } from './objects.ts';

let cluster: FakeCluster;
const key = (name: string) => ({ namespace: 'default', name });
const count = () => [Deployment, ReplicaSet, Pod].map((kind) => cluster.list(kind).length);

beforeEach(() => {
  cluster = new FakeCluster();
  for (const controller of controllers) cluster.add(controller.loop(cluster.deps));
});

describe('the garbage collector', () => {
  beforeEach(async () => {
    cluster.create(Deployment, draft(deployment('web', 2)));
    await cluster.drain();
    runPods(cluster);
    await cluster.drain();
    expect(count()).toEqual([1, 1, 2]);
  });
  const web = () => cluster.objects.get('deployments.apps/default/web') as KubeObject;

  test('deletes what a deleted owner leaves behind, level by level', async () => {
    cluster.delete(Deployment, web());
    await cluster.drain();
    expect(count()).toEqual([0, 0, 0]);
    expect([...cluster.drawer.keys()].filter((name) => name.startsWith('/kubemu/garbage-collector/'))).toEqual([]);
  });

  test('in the foreground, the owner goes last', async () => {
    cluster.change(Deployment, key('web'), { metadata: { finalizers: ['foregroundDeletion'], deletionTimestamp: '2026-01-01T00:00:00Z' } });
    await cluster.drain();
    expect(count()).toEqual([0, 0, 0]);
  });

  test('orphans stay without their owner', async () => {
    cluster.change(Deployment, key('web'), { metadata: { finalizers: ['orphan'], deletionTimestamp: '2026-01-01T00:00:00Z' } });
    await cluster.drain();
    expect(count()).toEqual([0, 1, 2]);
    expect(cluster.list(ReplicaSet)[0]?.metadata.ownerReferences).toBeUndefined();
  });

  test('an object with another living owner only loses the reference', async () => {
    const keeper = cluster.create(ConfigMap, { metadata: { name: 'keeper', namespace: 'default' } });
    const reference = (owner: KubeObject) => ({
      apiVersion: owner.apiVersion,
      kind: owner.kind,
      name: owner.metadata.name,
      uid: owner.metadata.uid,
    });
    cluster.create(ConfigMap, {
      metadata: { name: 'shared', namespace: 'default', ownerReferences: [reference(web()), reference(keeper)] },
    });
    await cluster.drain();
    cluster.delete(Deployment, web());
    await cluster.drain();
    expect(cluster.objects.get('configmaps/default/shared')?.metadata.ownerReferences?.map(({ name }) => name)).toEqual(['keeper']);
  });

  test('an object whose owner never was is deleted', async () => {
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'nobody', uid: 'no-such-uid' };
    cluster.create(ConfigMap, { metadata: { name: 'lost', namespace: 'default', ownerReferences: [owner] } });
    await cluster.drain();
    expect(cluster.objects.has('configmaps/default/lost')).toBe(false);
  });
});

describe('a namespace', () => {
  beforeEach(async () => {
    cluster.client.request = async ({ path, body }: Omit<ApiRequest, 'credentials'>): Promise<ApiResponse> => {
      const { metadata, spec } = body as KubeObject & { spec: { finalizers: string[] } };
      expect([path, spec.finalizers]).toEqual([`/api/v1/namespaces/${metadata.name}/finalize`, []]);
      const namespace = cluster.objects.get(`namespaces//${metadata.name}`);
      if (namespace) cluster.delete(Namespace, { ...namespace, metadata: { ...namespace.metadata, finalizers: [] } });
      return { code: 200 };
    };
    cluster.create(Namespace, { metadata: { name: 'team' }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
    await cluster.drain();
  });
  const end = () =>
    cluster.change(Namespace, { name: 'team' }, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 1 } });

  test('has a default service account and the root certificate', () => {
    expect(cluster.objects.has('serviceaccounts/team/default')).toBe(true);
    expect(cluster.objects.has('configmaps/team/kube-root-ca.crt')).toBe(true);
  });

  test('is emptied five seconds later, and then gone', async () => {
    cluster.create(Pod, { ...draft(pod('p')), metadata: { name: 'p', namespace: 'team' } });
    await cluster.drain();
    end();
    await cluster.advance(4999);
    expect(cluster.objects.has('pods/team/p')).toBe(true);
    await cluster.advance(1);
    expect([...cluster.objects.keys()].filter((path) => path.includes('team'))).toEqual([]);
  });

  test('waits for a finalizer and says so', async () => {
    cluster.create(ConfigMap, { metadata: { name: 'held', namespace: 'team', finalizers: ['example.com/hold'] } });
    end();
    await cluster.advance(5000);
    const { status } = cluster.objects.get('namespaces//team') as Namespace;
    expect(status?.conditions?.filter((condition) => condition.status === 'True').map(({ message }) => message)).toEqual([
      'Some resources are remaining: configmaps. has 1 resource instances',
      'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    ]);
    cluster.change(ConfigMap, { namespace: 'team', name: 'held' }, { metadata: { finalizers: null } });
    await cluster.drain();
    expect(cluster.objects.has('namespaces//team')).toBe(false);
  });

  test('with nothing left says so in every condition', () => {
    const conditions = conditionsOf({ metadata: {}, status: {} } as Namespace, [], START);
    expect(conditions.map(({ reason }) => reason)).toEqual([
      'ResourcesDiscovered',
      'ParsedGroupVersions',
      'ContentDeleted',
      'ContentRemoved',
      'ContentHasNoFinalizers',
    ]);
  });
});
