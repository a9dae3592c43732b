// Where `cluster fill` puts its copies: nodes in turn that have room, with an address there, and addresses for Services.
import { NO_PODS, type NodeTotals, putTotals, readTotals, withPod } from '../api/core/pod/node-totals.ts';
import type { Pod } from '../api/core/pod.ts';
import type { Cluster } from './cluster.ts';

/** The kubelet's default. */
const PODS_PER_NODE = 110;

export interface Slots {
  free: number;
  /** A copy of the Pod is on the node. */
  carry(node: string, pod: Pod): void;
  /** The next node in turn that has room, and an address there. */
  take(): { node: string; host: string; address: string };
  refresh(): void;
  save(): void;
}

/** Room for Pods on the workers. */
export function createSlots(cluster: Cluster): Slots {
  const { keyspace, store } = cluster.parts;
  const workers = cluster.facts.nodes.filter(({ role }) => role === 'worker');
  const rooms = workers.map(({ name, ip, podCIDR }) => ({ name, ip, first: numberOf(podCIDR), last: 1, room: 0 }));
  const read = (): void => {
    for (const one of rooms) {
      one.room = PODS_PER_NODE - keyspace.count(`/kubemu/index/pods/node/${one.name}/`);
      one.last = keyspace.value<number>(`/kubemu/net/ipam/${one.name}`) ?? 1;
    }
  };
  read();
  let turn = 0;
  const totals = new Map<string, NodeTotals>();
  return {
    carry(node, pod) {
      totals.set(node, withPod(totals.get(node) ?? readTotals(store, node) ?? NO_PODS, pod, 1));
    },
    get free() {
      return rooms.reduce((sum, { room }) => sum + Math.max(0, room), 0);
    },
    take() {
      for (let tried = 0; tried < rooms.length; tried++) {
        const one = rooms[turn++ % rooms.length];
        if (!one || one.room <= 0) continue;
        one.room--;
        for (;;) {
          const address = addressOf(one.first + ++one.last);
          if (!keyspace.get(`/kubemu/net/addresses/${address}`)) return { node: one.name, host: one.ip, address };
        }
      }
      throw new Error('no node has room for another Pod');
    },
    refresh: read,
    save() {
      for (const { name, last } of rooms) if (last > 1) keyspace.put(`/kubemu/net/ipam/${name}`, last);
      for (const [node, sum] of totals) putTotals(store, node, sum);
    },
  };
}

/** Free cluster addresses, one after the other. */
export function serviceAddresses(cluster: Cluster): () => string {
  const { keyspace, facts } = { ...cluster.parts, facts: cluster.facts };
  let next = numberOf(facts.serviceCIDR) + 2 ** 16;
  return () => {
    while (keyspace.get(`/kubemu/index/clusterips/${addressOf(next)}`)) next++;
    return addressOf(next++);
  };
}

function numberOf(cidr: string): number {
  const [base = '', bits = '32'] = cidr.split('/');
  const number = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return number - (number % 2 ** (32 - Number(bits)));
}

const addressOf = (n: number): string => [n / 2 ** 24, n / 2 ** 16, n / 2 ** 8, n].map((part) => Math.floor(part) % 256).join('.');
