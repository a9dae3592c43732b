// `npm run bench -- schedule [--profile]`: how fast the scheduler places 5,000 Pods onto 500 nodes: the scheduler alone, on an API of
// maps, and as it runs in a cluster, through the API server with bindings and Events. Then Pods that fit nowhere. `--profile` shows
// which functions spent it. A report, never a test.
import { runMeasurement } from './bench-run.mjs';

const measure = `
import { populate, specFromEnv } from './src/cluster/clusters.ts';
import { createKeyspace } from './src/state/memory-keyspace.ts';
import { openCluster } from './src/cluster/cluster.ts';
import { ADMIN_CREDENTIALS } from './src/cluster/bootstrap.ts';
import { createScheduler } from './src/scheduler/scheduler.ts';
import { followTotals } from './src/api/core/pod/node-totals.ts';
import { keyedRandom } from './src/machinery/random.ts';
import { storeOf } from './src/state/keyspace-store.ts';

const PODS = Number(process.env.PODS ?? 5000);
const NODES = Number(process.env.NODES ?? 500);

const rate = (count) => (cpu) => (count / (cpu / 1000)).toFixed(0).padStart(8) + '/s' + cpu.toFixed(0).padStart(9) + ' ms';

const pad = (i) => String(i).padStart(4, '0');
const node = (i) => ({
  metadata: { name: 'sim' + pad(i), labels: { 'kubernetes.io/hostname': 'sim' + pad(i), 'topology.kubernetes.io/zone': 'zone-' + (i % 5) } },
  spec: {},
  status: { allocatable: { cpu: '32', memory: '128Gi', pods: '110' }, capacity: { cpu: '32', memory: '128Gi', pods: '110' } },
});
const byKey = (topologyKey, app, more) => ({ topologyKey, labelSelector: { matchLabels: { app } }, ...more });
const requests = { cpu: '100m', memory: '128Mi' };
const CASES = {
  'without affinity': () => ({}),
  'spread over zones': (app) => ({ topologySpreadConstraints: [byKey('topology.kubernetes.io/zone', app, { maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' })] }),
  'spread over zones and nodes': (app) => ({
    topologySpreadConstraints: [
      byKey('topology.kubernetes.io/zone', app, { maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }),
      byKey('kubernetes.io/hostname', app, { maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' }),
    ],
  }),
};
const podOf = (i, app, spec) => ({
  metadata: { name: 'pod-' + pad(i), namespace: 'default', labels: { app } },
  spec: { schedulerName: 'default-scheduler', containers: [{ name: 'c', image: 'nginx', resources: { requests } }], ...spec },
});

/** The scheduler on an API that is two maps. */
function alone() {
  const keyspace = createKeyspace();
  const store = storeOf(keyspace);
  const followers = [];
  let revision = 0;
  const of = { pods: new Map(), nodes: new Map() };
  const write = (resource, key, draft) => {
    const old = of[resource].get(key);
    const object = { apiVersion: 'v1', kind: 'x', ...draft, metadata: { uid: 'uid-' + key, creationTimestamp: '2026-01-01T00:00:00Z', generation: 1, ...draft.metadata, resourceVersion: String(++revision) } };
    of[resource].set(key, object);
    if (resource === 'pods') followTotals(store, old, object);
    for (const follower of followers) follower(resource, { type: old ? 'MODIFIED' : 'ADDED', object, old });
    return object;
  };
  const client = {
    get: async ({ resource }, { namespace, name }) => of[resource]?.get(namespace ? namespace + '/' + name : name),
    list: async ({ resource }, { fieldSelector } = {}) => {
      const objects = [...(of[resource]?.values() ?? [])];
      return fieldSelector ? objects.filter(({ spec }) => fieldSelector === 'spec.nodeName=' + spec.nodeName) : objects;
    },
    listOwned: async () => [],
    patch: async () => ({}),
    bind: async ({ namespace, name }, target) => {
      const key = namespace + '/' + name;
      const pod = of.pods.get(key);
      write('pods', key, { ...pod, spec: { ...pod.spec, nodeName: target } });
    },
  };
  const clock = { now: () => 0 };
  const scheduler = createScheduler({
    clientFor: () => client, recorderFor: () => ({ event: async () => {} }), clock, random: keyedRandom('1'), store, follow: (listener) => followers.push(listener),
  });
  return { scheduler, write, pods: of.pods };
}

for (const [what, spec] of Object.entries(CASES)) {
  for (const round of ['cold', 'warm']) {
    const { scheduler, write, pods } = alone();
    for (let i = 0; i < NODES; i++) write('nodes', 'sim' + pad(i), node(i));
    for (let i = 0; i < PODS; i++) write('pods', 'default/pod-' + pad(i), podOf(i, 'web', spec('web')));
    const place = async () => {
      for (let i = 0; i < PODS; i++) await scheduler.reconcile('default/pod-' + pad(i));
    };
    await spent('alone, ' + round + ': ' + what, place, rate(PODS));
    for (const { spec } of pods.values()) if (!spec.nodeName) throw new Error('not all Pods are placed');
  }
}

async function clusterOf() {
  const keyspace = createKeyspace();
  await populate({ keyspace, putText: (key, text) => keyspace.putText(key, text) }, specFromEnv({ KUBEMU_SEED: '1', KUBEMU_EPOCH: '2026-01-01T00:00:00Z', KUBEMU_CLOCK: 'max' }));
  const cluster = openCluster({ keyspace, pass: async () => {}, report: (problem) => process.stdout.write(problem + '\\n'), components: new Set(['kube-apiserver', 'etcd', 'kube-scheduler']) });
  const client = cluster.client(ADMIN_CREDENTIALS, 'kubectl/v1');
  const post = async (path, kind, body) => {
    const { code, body: answer } = await client.request({ method: 'POST', path, body: { apiVersion: 'v1', kind, ...body } });
    if (code !== 201) throw new Error(JSON.stringify(answer));
  };
  const cordon = (name) => client.request({ method: 'PATCH', path: '/api/v1/nodes/' + name, contentType: 'application/merge-patch+json', body: { spec: { unschedulable: true } } });
  for (const name of ['node01', 'node02']) await cordon(name);
  for (let i = 0; i < NODES; i++) await post('/api/v1/nodes', 'Node', node(i));
  for (const { key, value } of [...keyspace.range('/registry/minions/sim')]) keyspace.put(key, { ...value, spec: {}, metadata: { ...value.metadata } });
  await cluster.drain();
  return { cluster, keyspace, post, pending: () => [...keyspace.range('/registry/pods/default/')].filter(({ value }) => !value.spec.nodeName).length };
}

for (const [what, spec] of Object.entries(CASES)) {
  const { cluster, post, pending } = await clusterOf();
  for (let i = 0; i < PODS; i++) await post('/api/v1/namespaces/default/pods', 'Pod', podOf(i, 'web', spec('web')));
  await spent('in a cluster: ' + what, () => cluster.drain(), rate(PODS));
  if (pending() > 0) throw new Error(pending() + ' Pods are not placed');
}

{
  const { cluster, keyspace, post, pending } = await clusterOf();
  const many = 1000;
  for (let i = 0; i < many; i++) await post('/api/v1/namespaces/default/pods', 'Pod', podOf(i, 'web', { nodeSelector: { disk: 'ssd' } }));
  await spent('in a cluster: Pods that fit nowhere', () => cluster.drain(), rate(many));
  const hour = 3600_000;
  await spent('in a cluster: an hour with them', () => cluster.advance(cluster.clock.now() + hour), rate(many));
  await spent('in a cluster: another day', () => cluster.advance(cluster.clock.now() + 24 * hour), rate(many));
  for (let i = 0; i < 100; i++) await post('/api/v1/namespaces/default/pods', 'Pod', podOf(many + i, 'web', {}));
  await spent('in a cluster: 100 Pods placed beside them', () => cluster.drain(), rate(100));
  if (pending() !== many) throw new Error(pending() + ' Pods wait');
}
`;

await runMeasurement('schedule', measure);
