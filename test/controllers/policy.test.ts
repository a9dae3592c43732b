import { beforeEach, describe, expect, test } from 'vitest';
import { Deployment } from '../../src/api/apps/deployment.ts';
import { Node } from '../../src/api/core/node.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { ResourceQuota } from '../../src/api/core/resourcequota.ts';
import { PodDisruptionBudget } from '../../src/api/policy/poddisruptionbudget.ts';
import { ClusterRole } from '../../src/api/rbac/clusterrole.ts';
import { disruptionController } from '../../src/controllers/disruption.ts';
import { controllers } from '../../src/controllers/index.ts';
import { notFound } from '../../src/machinery/status.ts';
import { FakeCluster } from './fake-cluster.ts';
import { deployment, draft, node, pod, requesting, runPods } from './objects.ts';

let cluster: FakeCluster;
beforeEach(() => {
  cluster = new FakeCluster();
  for (const controller of controllers) cluster.add(controller.loop(cluster.deps));
});

describe('a PodDisruptionBudget', () => {
  test.each([
    { given: 'minAvailable 2', spec: { minAvailable: 2 }, desired: 2, allowed: 2 },
    { given: 'minAvailable 100%', spec: { minAvailable: '100%' }, desired: 4, allowed: 0 },
    { given: 'maxUnavailable 1', spec: { maxUnavailable: 1 }, desired: 3, allowed: 1 },
    { given: 'maxUnavailable 30%, rounded up', spec: { maxUnavailable: '30%' }, desired: 2, allowed: 2 },
  ])('with $given over four ready pods allows $allowed disruptions', async ({ spec, desired, allowed }) => {
    cluster.create(Deployment, draft(deployment('web', 4)));
    cluster.create(PodDisruptionBudget, {
      metadata: { name: 'web', namespace: 'default' },
      spec: { ...spec, selector: { matchLabels: { app: 'web' } } },
    });
    await cluster.drain();
    runPods(cluster);
    await cluster.drain();
    const { status } = cluster.objects.get('poddisruptionbudgets.policy/default/web') as PodDisruptionBudget;
    expect(status).toMatchObject({
      currentHealthy: 4,
      desiredHealthy: desired,
      disruptionsAllowed: allowed,
      expectedPods: 4,
      observedGeneration: 1,
    });
    expect(status?.conditions?.[0]?.reason).toBe(allowed > 0 ? 'SufficientPods' : 'InsufficientPods');
  });

  const budget = async (spec: object): Promise<PodDisruptionBudget['status']> => {
    const whole = { ...spec, selector: { matchLabels: { app: 'x' } } };
    cluster.create(PodDisruptionBudget, { metadata: { name: 'x', namespace: 'default' }, spec: whole });
    await cluster.drain();
    return (cluster.objects.get('poddisruptionbudgets.policy/default/x') as PodDisruptionBudget).status;
  };

  test('counts Pods that nobody manages for a number only; for a share, and for those that may be missing, it warns', async () => {
    for (const name of ['a', 'b']) cluster.create(Pod, draft(pod(name, {}, { labels: { app: 'x' } })));
    runPods(cluster);
    expect(await budget({ minAvailable: 1 })).toMatchObject({ expectedPods: 2, desiredHealthy: 1, disruptionsAllowed: 1 });
    gone();
    expect(await budget({ maxUnavailable: 1 })).toMatchObject({ expectedPods: 0, desiredHealthy: 0, disruptionsAllowed: 0 });
    expect(cluster.events.at(-1)).toBe(
      'Warning UnmanagedPods PodDisruptionBudget/x: Pods selected by this PodDisruptionBudget (selector: app=x) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.',
    );
  });

  const gone = () =>
    cluster.delete(PodDisruptionBudget, cluster.objects.get('poddisruptionbudgets.policy/default/x') as PodDisruptionBudget);

  test('spares nothing of a workload that cannot be scaled, and says why', async () => {
    const ds = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid: 'u', controller: true };
    cluster.answer = (path) => {
      if (path.endsWith('/apis/apps/v1')) return { resources: [{ kind: 'DaemonSet', name: 'daemonsets' }] };
      if (path.endsWith('/daemonsets/agent')) return { metadata: { uid: 'u' }, spec: {} };
      throw notFound({ group: 'apps', resource: 'daemonsets' }, 'agent');
    };
    const agent = draft(pod('agent-1', {}, { labels: { app: 'x' } }));
    cluster.loops.splice(0); // no garbage collector that misses the DaemonSet
    cluster.add(disruptionController.loop(cluster.deps));
    cluster.create(Pod, { ...agent, metadata: { ...agent.metadata, ownerReferences: [ds] } });
    runPods(cluster);
    const status = await budget({ maxUnavailable: 1 });
    expect(status).toMatchObject({
      disruptionsAllowed: 0,
      conditions: [
        {
          type: 'DisruptionAllowed',
          status: 'False',
          reason: 'SyncFailed',
          message: 'daemonsets.apps does not implement the scale subresource',
        },
      ],
    });
    expect(cluster.events).toEqual([
      'Warning CalculateExpectedPodCountFailed PodDisruptionBudget/x: Failed to calculate the number of expected pods: daemonsets.apps does not implement the scale subresource',
    ]);
  });
});

test('an aggregated ClusterRole has the rules of the roles it selects, and follows them', async () => {
  const rule = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });
  cluster.create(ClusterRole, {
    metadata: { name: 'sum' },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { sum: 'yes' } }] },
    rules: [],
  });
  cluster.create(ClusterRole, { metadata: { name: 'a', labels: { sum: 'yes' } }, rules: [rule('pods')] });
  await cluster.drain();
  const rules = () => (cluster.objects.get('clusterroles.rbac.authorization.k8s.io//sum') as ClusterRole).rules;
  expect(rules()).toEqual([rule('pods')]);
  cluster.create(ClusterRole, { metadata: { name: 'b', labels: { sum: 'yes' } }, rules: [rule('pods'), rule('nodes')] });
  await cluster.drain();
  expect(rules()).toEqual([rule('pods'), rule('nodes')]);
});

test('pods of a deleted node go 40 s after it', async () => {
  const gone = cluster.create(Node, draft(node('node01')));
  cluster.create(Pod, draft(pod('web', { nodeName: 'node01' })));
  await cluster.drain();
  cluster.delete(Node, gone);
  await cluster.advance(39_000);
  expect(cluster.list(Pod)).toHaveLength(1);
  await cluster.advance(1_000);
  expect(cluster.list(Pod)).toHaveLength(0);
});

test('a ResourceQuota counts what there is, and no longer what has gone or ended', async () => {
  cluster.create(ResourceQuota, {
    metadata: { name: 'q', namespace: 'default' },
    spec: { hard: { pods: '5', 'requests.cpu': '2', 'count/deployments.apps': '3' } },
  });
  const first = cluster.create(Pod, draft(pod('a', requesting('500m'))));
  cluster.create(Pod, draft(pod('b', requesting('250m'))));
  await cluster.drain();
  const status = () => (cluster.objects.get('resourcequotas/default/q') as ResourceQuota).status;
  expect(status()).toEqual({
    hard: { pods: '5', 'requests.cpu': '2', 'count/deployments.apps': '3' },
    used: { pods: '2', 'requests.cpu': '750m', 'count/deployments.apps': '0' },
  });
  cluster.delete(Pod, first);
  cluster.change(Pod, { namespace: 'default', name: 'b' }, { status: { phase: 'Succeeded' } });
  await cluster.drain();
  expect(status()?.used).toEqual({ pods: '0', 'requests.cpu': '0', 'count/deployments.apps': '0' });
});
