import { expect, test } from 'vitest';
import { createWakeUps } from '../../src/cluster/wake-ups.ts';
import { keyedRandom } from '../../src/machinery/random.ts';
import { addMachine, diskOf, machineNamed, machineOf } from '../../src/node/machine.ts';
import { isRunning, startUnit, stopUnit, unitOf } from '../../src/node/units.ts';
import { storeOf } from '../../src/state/keyspace-store.ts';
import { createKeyspace } from '../../src/state/memory-keyspace.ts';

const at = Date.parse('2026-03-02T10:00:00Z');

test('a machine has its address on the network and identities of its own', () => {
  const store = storeOf(createKeyspace());
  for (const [name, address] of [
    ['node01', '172.30.1.2'],
    ['node02', '172.30.1.3'],
  ] as const) {
    addMachine(store, machineOf({ name, address, podCIDR: '10.244.1.0/24' }, keyedRandom('s'), at));
  }
  expect(store.get('/kubemu/net/addresses/172.30.1.2')).toBe('node01');
  expect(machineNamed(store, 'node01')?.machineID).toMatch(/^[0-9a-f]{32}$/);
  expect(machineNamed(store, 'node01')?.machineID).not.toBe(machineNamed(store, 'node02')?.machineID);
});

test('a disk lists the files under a folder, and no others', () => {
  const disk = diskOf(storeOf(createKeyspace()), 'node01');
  disk.write('/etc/kubernetes/manifests/etcd.yaml', 'a');
  disk.write('/etc/kubernetes/manifests-old/x.yaml', 'b');
  expect(disk.list('/etc/kubernetes/manifests')).toEqual(['/etc/kubernetes/manifests/etcd.yaml']);
  expect(disk.read('/etc/kubernetes/manifests/etcd.yaml')).toBe('a');
  disk.remove('/etc/kubernetes/manifests/etcd.yaml');
  expect(disk.read('/etc/kubernetes/manifests/etcd.yaml')).toBeUndefined();
});

test('a kubelet listens on 10250 exactly while its unit runs', () => {
  const store = storeOf(createKeyspace());
  const wakeUps = createWakeUps(store);
  startUnit(store, wakeUps, 'node01', 'kubelet', at);
  expect(store.get('/kubemu/net/listeners/node01/10250')).toEqual({ unit: 'kubelet', component: 'kubelet' });
  stopUnit(store, wakeUps, 'node01', 'kubelet', at + 1000);
  expect(isRunning(store, 'node01', 'kubelet')).toBe(false);
  expect(store.get('/kubemu/net/listeners/node01/10250')).toBeUndefined();
  startUnit(store, wakeUps, 'node01', 'kubelet', at + 2000);
  expect(unitOf(store, 'node01', 'kubelet')).toMatchObject({ active: true, starts: 2, since: at + 2000 });
});
