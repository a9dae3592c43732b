// `npm run bench -- cost [--profile]`: CPU time of the simulation itself, in one process, without a file and without starts of Node.js:
// a Pod created through the whole pipeline, and Deployments from apply to all Ready. `--profile` shows which functions spent it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const dir = mkdtempSync(join(root, 'node_modules', '.bench-cost-'));

const measure = `
import { Session } from 'node:inspector';
import { populate, specFromEnv } from './src/cluster/clusters.ts';
import { createKeyspace } from './src/state/memory-keyspace.ts';
import { openCluster } from './src/cluster/cluster.ts';
import { ADMIN_CREDENTIALS } from './src/cluster/bootstrap.ts';

const profiled = process.argv.includes('--profile');
const pod = (name) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: 'web' } }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } });
const deployment = (name, replicas) => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } } },
});

async function spent(what, work, each = 1) {
  const session = new Session();
  const post = (method, params) => new Promise((done, fail) => session.post(method, params, (error, value) => (error ? fail(error) : done(value))));
  if (profiled) {
    session.connect();
    await post('Profiler.enable');
    await post('Profiler.setSamplingInterval', { interval: 200 });
    await post('Profiler.start');
  }
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  const cpu = (user + system) / 1000;
  const figure = each === 1 ? cpu.toFixed(0) + ' ms' : ((cpu * 1000) / each).toFixed(0) + ' us each';
  process.stdout.write(what.padEnd(64) + figure.padStart(14) + '\\n');
  if (!profiled) return;
  const { profile } = await post('Profiler.stop');
  session.disconnect();
  const own = new Map();
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  profile.samples.forEach((id, i) => {
    const { callFrame } = byId.get(id);
    const at = callFrame.url === '' || callFrame.url.startsWith('node:') ? callFrame.url : ':' + callFrame.lineNumber;
    const key = (callFrame.functionName || '(anonymous)') + ' ' + at;
    own.set(key, (own.get(key) ?? 0) + (profile.timeDeltas[i] ?? 0) / 1000);
  });
  for (const [key, ms] of [...own].sort((a, b) => b[1] - a[1]).slice(0, Number(process.env.TOP ?? 25))) process.stdout.write('    ' + ms.toFixed(1).padStart(8) + '  ' + key + '\\n');
}

for (const round of ['cold', 'warm', 'warm']) {
  const keyspace = createKeyspace();
  const spec = { ...specFromEnv({ KUBEMU_SEED: '1', KUBEMU_EPOCH: '2026-01-01T00:00:00Z', KUBEMU_CLOCK: 'max' }), nodes: ['controlplane', 'node01', 'node02', 'node03'] };
  await spent(round + ': a new cluster', () => populate({ keyspace, putText: (key, text) => keyspace.putText(key, text) }, spec));
  const cluster = openCluster({ keyspace, pass: async () => {}, report: (problem) => process.stdout.write(problem + '\\n') });
  const client = cluster.client(ADMIN_CREDENTIALS, 'kubectl/v1');
  await spent(round + ': Deployment of 300 replicas on three workers, all Ready', async () => {
    await client.request({ method: 'POST', path: '/apis/apps/v1/namespaces/default/deployments', body: deployment('web', 300) });
    await cluster.settle();
  });
  const { body } = await client.request({ method: 'GET', path: '/apis/apps/v1/namespaces/default/deployments/web' });
  if (body.status.readyReplicas !== 300) throw new Error('only ' + body.status.readyReplicas + ' are ready');
  await spent(round + ': an hour with them', () => cluster.advance(cluster.clock.now() + 3600_000));
  await client.request({ method: 'POST', path: '/api/v1/namespaces', body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'many' } } });
  await cluster.settle();
  await spent(round + ': 1,000 creations of a Pod through the pipeline', async () => {
    for (let i = 0; i < 1000; i++) {
      const { code, body } = await client.request({ method: "POST", path: "/api/v1/namespaces/many/pods", body: pod("p" + i) });
      if (code !== 201) throw new Error(JSON.stringify(body));
    }
  }, 1000);
}
`;

try {
  const out = join(dir, 'cost.mjs');
  await build({
    stdin: { contents: measure, resolveDir: root, sourcefile: 'cost.ts' },
    outfile: out,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  });
  if (process.env.KEEP) process.stdout.write(`${out}\n`);
  const { status } = spawnSync(process.execPath, [out, ...process.argv.slice(3)], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  if (!process.env.KEEP) rmSync(dir, { recursive: true, force: true });
}
