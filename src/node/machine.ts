// The simulated computer under a kubelet: what it is, its disk, its address. Its systemd units are in units.ts.
import type { Instant } from '../machinery/clock.ts';
import type { Random } from '../machinery/random.ts';
import type { Store } from '../machinery/store.ts';

/** `/kubemu/nodes/<name>/machine`. */
export interface NodeMachine {
  name: string;
  /** The address that the kubelet announces as InternalIP. */
  address: string;
  cpu: number;
  memoryKi: number;
  diskKi: number;
  pods: number;
  /** Where this node's Pods get their addresses from. */
  podCIDR: string;
  labels: Readonly<Record<string, string>>;
  taints: readonly { key: string; value?: string; effect: string }[];
  /** The kubelet's clusterDNS and clusterDomain. */
  clusterDNS: string;
  clusterDomain: string;
  /** `installed`: a network plugin lies on the disk from the start; `agent`: it comes with a DaemonSet's Pod; `none`. */
  cni: 'installed' | 'agent' | 'none';
  osImage: string;
  kernelVersion: string;
  architecture: string;
  kubeletVersion: string;
  runtimeVersion: string;
  machineID: string;
  systemUUID: string;
  bootID: string;
  bootedAt: Instant;
}

/** What must be said about a new machine; the rest has the values of a small virtual machine. */
export type NewMachine = Pick<NodeMachine, 'name' | 'address' | 'podCIDR'> & Partial<NodeMachine>;

export function machineOf(given: NewMachine, random: Random, at: Instant): NodeMachine {
  const { name } = given;
  return {
    cpu: 2,
    memoryKi: 4_015_032,
    diskKi: 41_155_576,
    pods: 110,
    labels: {},
    taints: [],
    clusterDNS: '10.96.0.10',
    clusterDomain: 'cluster.local',
    cni: 'agent',
    osImage: 'Ubuntu 24.04.3 LTS',
    kernelVersion: '6.8.0-87-generic',
    architecture: 'amd64',
    kubeletVersion: 'v1.36.0',
    runtimeVersion: 'containerd://2.2.0',
    machineID: random.hex('machine-id', name, 0, 32),
    systemUUID: random.uuid('system-uuid', name),
    bootID: random.uuid('boot-id', name),
    bootedAt: at,
    ...given,
  };
}

const root = (node: string): string => `/kubemu/nodes/${node}/`;

/** Puts a computer into the cluster's network. Its units are stopped and its disk is empty. */
export function addMachine(store: Store, machine: NodeMachine): void {
  store.put(`${root(machine.name)}machine`, machine);
  store.put(`/kubemu/net/addresses/${machine.address}`, machine.name);
}

export const machineNamed = (store: Store, node: string): NodeMachine | undefined => store.get<NodeMachine>(`${root(node)}machine`);

export const changeMachine = (store: Store, node: string, change: Partial<NodeMachine>): void => {
  const machine = machineNamed(store, node);
  if (machine) store.put(`${root(node)}machine`, { ...machine, ...change });
};

/** A file on a node's disk. */
export interface DiskFile {
  /** UTF-8, or base64 with `binary`. */
  text: string;
  binary?: boolean;
  mode?: number;
  modifiedAt?: Instant;
}

/** A node's disk. Paths are absolute. */
export interface Disk {
  read(path: string): string | undefined;
  write(path: string, text: string, options?: { mode?: number; at?: Instant }): void;
  remove(path: string): void;
  /** Paths of the files under a folder, in order. */
  list(folder: string): string[];
}

export function diskOf(store: Store, node: string): Disk {
  const prefix = `${root(node)}disk`;
  return {
    read: (path) => store.get<DiskFile>(prefix + path)?.text,
    write: (path, text, { mode, at } = {}) =>
      store.put(prefix + path, {
        text,
        ...(mode === undefined ? {} : { mode }),
        ...(at === undefined ? {} : { modifiedAt: at }),
      } satisfies DiskFile),
    remove: (path) => store.delete(prefix + path),
    list: (folder) => [...store.keys(`${prefix}${folder.replace(/\/*$/, '/')}`)].map((key) => key.slice(prefix.length)),
  };
}

/** Where kubeadm puts the manifests of the control plane. */
export const MANIFESTS = '/etc/kubernetes/manifests';
