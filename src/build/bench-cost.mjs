// `npm run bench -- cost [--profile]`: CPU time of the simulation itself, in one process, without a file and without starts of Node.js:
// a Pod created through the whole pipeline, and a Deployment from apply to all Ready; in a process that has just begun, and in one
// that has done the same before. `--profile` shows which functions spent it.
import { floor, runMeasurement } from './bench-run.mjs';

const measure = `
import { populate, specFromEnv } from './src/cluster/clusters.ts';
import { createKeyspace } from './src/state/memory-keyspace.ts';
import { openCluster } from './src/cluster/cluster.ts';
import { ADMIN_CREDENTIALS } from './src/cluster/bootstrap.ts';

const pod = (name) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: 'web' } }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } });
const deployment = (name, replicas) => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } } },
});

/** Of the process's first round, and the least of the rounds after V8 has compiled what it will. */
const ROUNDS = Number(process.env.ROUNDS ?? 10);
const least = new Map();

async function measured(round, what, work, each = 1) {
  const figure = (cpu) => (each === 1 ? cpu.toFixed(0) + ' ms' : ((cpu * 1000) / each).toFixed(0) + ' us each').padStart(14);
  const shown = round === 0 ? 'cold: ' : round === ROUNDS - 1 ? 'last: ' : undefined;
  const cpu = await spent(shown + what, work, shown && figure);
  if (round >= ROUNDS / 2) least.set(what, { figure, cpu: Math.min(cpu, least.get(what)?.cpu ?? cpu) });
}

for (let round = 0; round < ROUNDS; round++) {
  const keyspace = createKeyspace();
  const spec = { ...specFromEnv({ KUBEMU_SEED: '1', KUBEMU_EPOCH: '2026-01-01T00:00:00Z', KUBEMU_CLOCK: 'max' }), nodes: ['controlplane', 'node01', 'node02', 'node03'] };
  await measured(round, 'a new cluster', () => populate({ keyspace, putText: (key, text) => keyspace.putText(key, text) }, spec));
  const cluster = openCluster({ keyspace, pass: async () => {}, report: (problem) => process.stdout.write(problem + '\\n') });
  const client = cluster.client(ADMIN_CREDENTIALS, 'kubectl/v1');
  await measured(round, 'Deployment of 300 replicas on three workers, all Ready', async () => {
    await client.request({ method: 'POST', path: '/apis/apps/v1/namespaces/default/deployments', body: deployment('web', 300) });
    await cluster.settle();
  });
  const { body } = await client.request({ method: 'GET', path: '/apis/apps/v1/namespaces/default/deployments/web' });
  if (body.status.readyReplicas !== 300) throw new Error('only ' + body.status.readyReplicas + ' are ready');
  await measured(round, 'an hour with them', () => cluster.advance(cluster.clock.now() + 3600_000));
  await client.request({ method: 'POST', path: '/api/v1/namespaces', body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'many' } } });
  await cluster.settle();
  const createMany = async () => {
    for (let i = 0; i < 1000; i++) {
      const { code, body } = await client.request({ method: 'POST', path: '/api/v1/namespaces/many/pods', body: pod('p' + i) });
      if (code !== 201) throw new Error(JSON.stringify(body));
    }
  };
  await measured(round, '1,000 creations of a Pod through the pipeline', createMany, 1000);
}
for (const [what, { figure, cpu }] of least) process.stdout.write(('warm: ' + what).padEnd(64) + figure(cpu) + '\\n');
`;

const before = floor();
await runMeasurement('cost', measure);
// The design's aims are for a machine that starts Node.js in 43 ms.
const now = (before + floor()) / 2;
process.stdout.write(`${'node -e 0, on the wall'.padEnd(64)}${now.toFixed(0).padStart(11)} ms\n`);
process.stdout.write(`aims, at this speed: ${((500 * now) / 43).toFixed(0)} ms and ${((110 * now) / 43).toFixed(0)} us\n`);
