import { expect, test } from 'vitest';
import { diskOf, MANIFESTS } from '../../src/node/machine.ts';
import { createWorld } from './harness.ts';

const second = 1000;
const node = (
  world: ReturnType<typeof createWorld>,
): {
  status: { conditions: { type: string; status: string; reason: string; message: string }[]; capacity: Record<string, string> };
  metadata: { labels: Record<string, string> };
} => world.object('Node', 'node01') as never;

test('a kubelet registers its node and renews its lease', async () => {
  const world = createWorld();
  await world.advance(second);
  expect(node(world).metadata.labels['kubernetes.io/hostname']).toBe('node01');
  expect(node(world).status.conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`)).toEqual([
    'MemoryPressure=False KubeletHasSufficientMemory',
    'DiskPressure=False KubeletHasNoDiskPressure',
    'PIDPressure=False KubeletHasSufficientPID',
    'Ready=True KubeletReady',
  ]);
  expect([...world.recurrences.keys()]).toEqual(['minions/node01', 'leases/kube-node-lease/node01']);
  world.stopUnit('kubelet');
  await world.advance(second);
  expect([...world.recurrences.keys()]).toEqual([]);
  expect(world.store.get('/kubemu/net/listeners/node01/10250')).toBeUndefined();
});

test('a node without a network plugin is NotReady', async () => {
  const world = createWorld({ cni: 'agent' });
  await world.advance(second);
  expect(node(world).status.conditions.at(-1)).toMatchObject({
    status: 'False',
    reason: 'KubeletNotReady',
    message:
      'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
  });
  world.run('calico', { hostNetwork: true, containers: [{ name: 'calico-node', image: 'quay.io/calico/node:v3.31.3', command: ['run'] }] });
  world.run('web', { containers: [{ name: 'web', image: 'nginx' }] });
  await world.advance(20 * second);
  expect(node(world).status.conditions.at(-1)).toMatchObject({ status: 'True' });
  expect(world.pod('web').status?.phase).toBe('Running');
});

test('a manifest on the disk becomes a static Pod with a mirror in the API', async () => {
  const world = createWorld();
  const manifest =
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: etcd\n  namespace: kube-system\nspec:\n  hostNetwork: true\n  containers:\n  - name: etcd\n    image: nginx\n    command: [listen, "2379", "10"]\n';
  diskOf(world.store, 'node01').write(`${MANIFESTS}/etcd.yaml`, manifest);
  await world.advance(10 * second);
  const mirror = world.object('Pod', 'etcd-node01') as unknown as {
    metadata: { annotations: Record<string, string>; ownerReferences: unknown[] };
    status: { phase: string };
  };
  expect(mirror.metadata.annotations['kubernetes.io/config.source']).toBe('file');
  expect(mirror.metadata.annotations['kubernetes.io/config.mirror']).toBe(mirror.metadata.annotations['kubernetes.io/config.hash']);
  expect(mirror.metadata.ownerReferences).toMatchObject([{ kind: 'Node', name: 'node01', controller: true }]);
  expect(mirror.status.phase).toBe('Running');
  expect(world.store.get('/kubemu/net/listeners/node01/2379')).toMatchObject({ container: 'etcd' });

  diskOf(world.store, 'node01').remove(`${MANIFESTS}/etcd.yaml`);
  world.wakeNode();
  await world.advance(60 * second);
  expect(world.has('Pod', 'etcd-node01')).toBe(false);
  expect(world.store.get('/kubemu/net/listeners/node01/2379')).toBeUndefined();
});

test('containers live on while their kubelet is stopped, and nobody restarts them', async () => {
  const world = createWorld();
  world.run('app', { containers: [{ name: 'app', image: 'busybox:1', command: ['exit', '1', '20000'] }] });
  await world.advance(10 * second);
  world.stopUnit('kubelet');
  await world.advance(60 * second);
  expect(world.pod('app').status?.containerStatuses?.[0]).toMatchObject({ restartCount: 0, state: { running: {} } });
  world.startUnit('kubelet');
  await world.advance(second);
  expect(world.pod('app').status?.containerStatuses?.[0]?.restartCount).toBe(1);
});
