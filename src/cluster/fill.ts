// `kubemu cluster fill`: a cluster of any size in seconds. The first Deployment, with its Service, goes through API server, controllers,
// scheduler and kubelets as always; the others are its copies (stamp.ts), under names, uids and addresses of their own, spread over the
// nodes in turn. So filled Pods run, serve, and can be deleted, moved or looked into like others. What did not happen for copies: the
// scheduler's choice, Events, and the requests that made them. The processes of a copy are kept once for all that were made alike.

import type { Pod } from '../api/core/pod.ts';
import type { Client } from '../client/client.ts';
import { templateHash } from '../controllers/template-hash.ts';
import type { SharedMachine } from '../cri/runtime/sandboxes.ts';
import { wallNow } from '../machinery/clock.ts';
import type { KubeObject } from '../machinery/object.ts';
import { replaceWords, type Words } from '../machinery/words.ts';
import { openStateFile, type StateFile } from '../state/file.ts';
import { acquireLock } from '../state/lock.ts';
import { ADMIN_CREDENTIALS } from './bootstrap.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { type ClusterSpec, populate } from './clusters.ts';
import { createSlots, type Slots, serviceAddresses } from './fill-slots.ts';
import { patternOf } from './stamp.ts';
import { isMachine, ownWords, type Part, partOf, sharedMachine, shareMachine } from './stamp-pods.ts';

export interface FillOptions {
  pods: number;
  namespaces: number;
  perDeployment: number;
}

export interface Filled {
  pods: number;
  deployments: number;
  namespaces: readonly string[];
}

const IMAGE = 'nginx';

/** @param spec of the cluster that is made when there is none */
export async function fillCluster(stateFile: string, options: FillOptions, spec: ClusterSpec): Promise<Filled> {
  const lock = await acquireLock(stateFile);
  try {
    const file = openStateFile(stateFile);
    if (file.isNew) await populate(file, spec);
    const filled = await fill(file, options);
    await file.compact();
    await file.close();
    return filled;
  } finally {
    lock.release();
  }
}

async function fill(file: StateFile, { pods, namespaces, perDeployment }: FillOptions): Promise<Filled> {
  const { keyspace } = file;
  const cluster = openCluster({ keyspace, pass: async () => {}, report: () => {} });
  await cluster.advance(cluster.clock.target(wallNow()));
  const client = cluster.client(ADMIN_CREDENTIALS, 'kubemu/v1.36.0');
  const slots = createSlots(cluster);
  if (slots.free < pods) throw new Error(`${pods} Pods do not fit: the workers have room for ${slots.free}`);

  const names = await createNamespaces(cluster, client, Math.min(namespaces, Math.ceil(pods / perDeployment)));
  const sizes = Array.from({ length: Math.ceil(pods / perDeployment) }, (_, i) => Math.min(perDeployment, pods - i * perDeployment));
  const patterns = new Map<number, Deployed>();
  const copies: { size: number; namespace: string; name: string }[] = [];
  for (const [i, size] of sizes.entries()) {
    const namespace = names[Math.floor((i * names.length) / sizes.length)] ?? '';
    const name = `app-${String(i + 1).padStart(5, '0')}`;
    if (patterns.has(size)) copies.push({ size, namespace, name });
    else patterns.set(size, await deploy(cluster, file, client, { size, namespace, name, index: patterns.size }));
  }
  slots.refresh();
  const addresses = serviceAddresses(cluster);
  for (const { size, ...copy } of copies) patterns.get(size)?.copy({ ...copy, slots, address: addresses() });
  slots.save();
  cluster.clock.save();
  keyspace.put('/kubemu/reconciled', keyspace.revision);
  return { pods, deployments: sizes.length, namespaces: names };
}

/** `fill-001` and so on, behind those that there are. */
async function createNamespaces(cluster: Cluster, client: Client, count: number): Promise<string[]> {
  const { keyspace } = cluster.parts;
  const names: string[] = [];
  for (let n = 1; names.length < count; n++) {
    const name = `fill-${String(n).padStart(3, '0')}`;
    if (keyspace.get(`/registry/namespaces/${name}`)) continue;
    await client.request({ method: 'POST', path: '/api/v1/namespaces', body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } });
    names.push(name);
  }
  await cluster.settle();
  return names;
}

interface Copy {
  namespace: string;
  name: string;
  slots: Slots;
  address: string;
}

interface Deployed {
  copy(copy: Copy): void;
}

interface Prototype {
  namespace: string;
  name: string;
  size: number;
  /** Tells its shared processes from those of other prototypes. */
  index: number;
}

/** Lets one Deployment come up as always, and learns to copy it. */
async function deploy(cluster: Cluster, file: StateFile, client: Client, prototype: Prototype): Promise<Deployed> {
  const { keyspace, random, store } = cluster.parts;
  const { namespace, name, size } = prototype;
  const before = new Set(keyspace.keys('/'));
  const labels = { app: name };
  await client.request({
    method: 'POST',
    path: `/apis/apps/v1/namespaces/${namespace}/deployments`,
    body: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace, labels },
      spec: {
        replicas: size,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: IMAGE, ports: [{ containerPort: 80 }] }] } },
      },
    },
  });
  await cluster.settle();
  await client.request({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/services`,
    body: { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace, labels }, spec: { selector: labels, ports: [{ port: 80 }] } },
  });
  await cluster.settle();

  const object = <T extends KubeObject>(key: string): T => keyspace.value<T>(key) as T;
  const list = (prefix: string): KubeObject[] => [...keyspace.range<KubeObject>(prefix)].map(({ value }) => value);
  const deployment = object(`/registry/deployments/${namespace}/${name}`);
  const service = object(`/registry/services/specs/${namespace}/${name}`);
  const [rs] = list(`/registry/replicasets/${namespace}/${name}-`);
  const slices = list(`/registry/endpointslices/${namespace}/${name}-`);
  const endpoints = keyspace.value<KubeObject>(`/registry/services/endpoints/${namespace}/${name}`);
  const pods = list(`/registry/pods/${namespace}/${name}-`) as Pod[];
  if (!rs || pods.length !== size || pods.some((pod) => pod.status?.phase !== 'Running'))
    throw new Error(`the Pods of ${namespace}/${name} do not run: look with kubectl get pods -n ${namespace}`);

  const hash = rs.metadata.name.slice(name.length + 1);
  const parts = pods.map((pod) => partOf(cluster, pod));
  const clusterIP = String((service.spec as { clusterIP?: string }).clusterIP);
  const objects = [deployment, rs, service, ...slices, ...(endpoints ? [endpoints] : [])];
  /** Holds none of the words that copies replace. */
  const shared = (i: number): string => `${random.hex('fill-shared', deployment.metadata.uid, 0, 16)}-${i}`;
  const machineWords = (part: Part): string[] => [...ownWords(part), namespace];
  const pattern = patternOf({
    keyspace,
    putText: (key, text) => file.putText(key, text),
    before,
    words: [
      name,
      clusterIP,
      rs.metadata.name,
      ...objects.map(({ metadata }) => metadata.uid),
      ...slices.map(({ metadata }) => metadata.name),
      ...parts.flatMap(ownWords),
    ],
    marks: [namespace, hash, ...parts.flatMap((_, i) => [`nodeof${i}`, `hostof${i}`])],
    prepare: (key, value) => marked(key, value, parts, (i) => sharedMachine(shared(i), machineWords(parts[i] as Part))),
  });
  for (const [i, part] of parts.entries()) shareMachine(cluster.parts, part, machineWords(part), shared(i));
  const [image] = [...keyspace.range(`/kubemu/nodes/${parts[0]?.node}/images/`)].filter(({ key }) => key.includes(`/${IMAGE}:`));

  return {
    copy({ namespace: inNamespace, name: as, slots, address }) {
      const to = new Map([
        [namespace, inNamespace],
        [name, as],
        [clusterIP, address],
      ]);
      const within = `${inNamespace}/${as}`;
      for (const { metadata, kind } of objects) to.set(metadata.uid, random.uuid('fill-uid', `${within}/${kind}/${metadata.name}`));
      const template = JSON.stringify((deployment.spec as { template: unknown }).template);
      const newHash = templateHash(JSON.parse(replaceWords(template, [[name, as]])));
      to.set(hash, newHash);
      to.set(rs.metadata.name, `${as}-${newHash}`);
      for (const { metadata } of slices) to.set(metadata.name, `${as}-${random.suffix('fill-slice', `${within}/${metadata.name}`)}`);
      for (const [i, part] of parts.entries()) {
        const { node, host, address: podIP } = slots.take();
        const key = `${within}/${i}`;
        to.set(`nodeof${i}`, node);
        to.set(`hostof${i}`, host);
        to.set(part.uid, random.uuid('fill-pod', key));
        to.set(part.name, `${as}-${newHash}-${random.suffix('fill-pod', key)}`);
        to.set(part.address, podIP);
        if (part.volume) to.set(part.volume, `kube-api-access-${random.suffix('fill-volume', key)}`);
        for (const [n, id] of part.ids.entries()) to.set(id, random.hex('fill-id', key, n, 64));
        const imageKey = image?.key.replace(`/kubemu/nodes/${parts[0]?.node}/`, `/kubemu/nodes/${node}/`);
        if (image && imageKey && !keyspace.get(imageKey)) store.put(imageKey, image.value);
        slots.carry(node, part.pod);
      }
      pattern.stamp(to);
    },
  };
}

/** Two Pods of a pattern may be on one node, and their copies on two: the node and its address become a word for each Pod. */
function marked(key: string, value: unknown, parts: readonly Part[], machine: (i: number) => SharedMachine): readonly [string, unknown] {
  const i = parts.findIndex((part) => ownWords(part).some((word) => key.includes(word)));
  const part = parts[i];
  if (part) {
    const words: Words = [
      [part.node, `nodeof${i}`],
      [part.host, `hostof${i}`],
    ];
    const shown = isMachine(key) ? machine(i) : value;
    return [replaceWords(key, words), JSON.parse(replaceWords(JSON.stringify(shown), words))];
  }
  return [key, withNodeMarks(value, parts)];
}

/** The nodes of endpoints. */
function withNodeMarks(value: unknown, parts: readonly Part[]): unknown {
  if (Array.isArray(value)) return value.map((one) => withNodeMarks(one, parts));
  if (typeof value !== 'object' || value === null) return value;
  const { targetRef } = value as { targetRef?: { uid?: string } };
  const i = parts.findIndex(({ uid }) => uid === targetRef?.uid);
  const entries = Object.entries(value).map(([field, inner]) =>
    field === 'nodeName' && i >= 0 ? [field, `nodeof${i}`] : [field, withNodeMarks(inner, parts)],
  );
  return Object.fromEntries(entries);
}
