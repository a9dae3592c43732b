import { expect, test } from 'vitest';
import { ValidatingAdmissionPolicy } from '../../src/api/admissionregistration/validatingadmissionpolicy.ts';
import type { Lease } from '../../src/api/coordination/lease.ts';
import { Node } from '../../src/api/core/node.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { Secret } from '../../src/api/core/secret.ts';
import { createRecurrences } from '../../src/cluster/recurrences.ts';
import { tokenCleanerController } from '../../src/controllers/bootstrap-token-cleaner.ts';
import { createLeaderElection } from '../../src/controllers/leader-election.ts';
import { nodeIpamController } from '../../src/controllers/node-ipam.ts';
import { ttlController, ttlFor } from '../../src/controllers/ttl.ts';
import { validatingAdmissionPolicyStatusController } from '../../src/controllers/validatingadmissionpolicy-status.ts';
import { FakeCluster } from './fake-cluster.ts';
import { draft, node, pod } from './objects.ts';

test('the scheduler leads while it serves; its lease is renewed without a write, and stays behind when it ends', async () => {
  const cluster = new FakeCluster();
  let isServing = true;
  const recurrences = createRecurrences(cluster.store, cluster.clock);
  const { clock, random, store, client, recorder } = cluster;
  const candidates = [{ component: 'kube-scheduler', client, recorder, isServing: () => isServing }];
  cluster.add(createLeaderElection({ candidates, host: 'controlplane', clock, random, store, recurrences }));
  const lease = () =>
    recurrences.overlay(
      '/registry/leases/kube-system/kube-scheduler',
      cluster.objects.get('leases.coordination.k8s.io/kube-system/kube-scheduler') as Lease,
    );

  const its = pod('kube-scheduler-controlplane');
  cluster.create(Pod, draft({ ...its, metadata: { ...its.metadata, namespace: 'kube-system' } }));
  await cluster.advance(61_000);
  expect(lease().spec).toMatchObject({
    holderIdentity: expect.stringMatching(/^controlplane_[0-9a-f]{8}-/),
    leaseDurationSeconds: 15,
    leaseTransitions: 0,
    renewTime: '2026-01-01T00:01:00.000000Z',
  });
  expect(lease().metadata.resourceVersion).toBe('2');
  const first = lease().spec?.holderIdentity;
  expect(cluster.events).toEqual([`Normal LeaderElection Lease/kube-scheduler: ${first} became leader`]);

  const key = { namespace: 'kube-system', name: 'kube-scheduler-controlplane' };
  isServing = false;
  cluster.change(Pod, key, { status: { phase: 'Pending' } });
  cluster.change(Pod, key, { status: { phase: 'Failed' } });
  await cluster.advance(60_000);
  expect(lease().spec?.renewTime).toBe('2026-01-01T00:01:00.000000Z');
  isServing = true;
  cluster.change(Pod, key, { status: { phase: 'Running' } });
  await cluster.drain();
  expect(lease().spec).toMatchObject({ leaseTransitions: 1, renewTime: '2026-01-01T00:02:01.000000Z' });
  expect(lease().spec?.holderIdentity).not.toBe(first);
});

test('a node gets its range of pod addresses and the time for which secrets may be kept', async () => {
  const cluster = new FakeCluster();
  cluster.add(nodeIpamController(() => '10.244.1.0/24').loop(cluster.deps), ttlController.loop(cluster.deps));
  cluster.create(Node, draft(node('node01')));
  await cluster.drain();
  expect(cluster.list(Node)[0]).toMatchObject({
    metadata: { annotations: { 'node.alpha.kubernetes.io/ttl': '0' } },
    spec: { podCIDR: '10.244.1.0/24', podCIDRs: ['10.244.1.0/24'] },
  });
});

test.each([
  [3, 0],
  [100, 0],
  [101, 15],
  [1000, 30],
  [1001, 60],
  [5000, 300],
])('in a cluster of %i nodes kubelets may keep secrets for %i s', (nodes, ttl) => {
  expect(ttlFor(nodes)).toBe(ttl);
});

test('a bootstrap token goes when it expires, one without an end stays', async () => {
  const cluster = new FakeCluster();
  cluster.add(tokenCleanerController.loop(cluster.deps));
  const token = (name: string, data: Record<string, string>) =>
    cluster.create(Secret, { metadata: { name, namespace: 'kube-system' }, type: 'bootstrap.kubernetes.io/token', data });
  token('bootstrap-token-abcdef', { expiration: Buffer.from('2026-01-01T01:00:00Z').toString('base64') });
  token('bootstrap-token-keeper', {});
  const names = () => cluster.list(Secret).map(({ metadata }) => metadata.name);
  await cluster.advance(3_599_000);
  expect(names()).toHaveLength(2);
  await cluster.advance(2000);
  expect(names()).toEqual(['bootstrap-token-keeper']);
});

test('a policy’s status says which generation of it was looked at', async () => {
  const cluster = new FakeCluster();
  cluster.add(validatingAdmissionPolicyStatusController.loop(cluster.deps));
  cluster.create(ValidatingAdmissionPolicy, { metadata: { name: 'p' }, spec: { validations: [] } });
  await cluster.drain();
  cluster.change(ValidatingAdmissionPolicy, { name: 'p' }, { spec: { validations: [{ expression: 'true' }] } });
  await cluster.drain();
  expect(cluster.list(ValidatingAdmissionPolicy)[0]?.status).toEqual({ observedGeneration: 2, typeChecking: {} });
});
