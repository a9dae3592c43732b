// `npm run bench -- serve [PODS]`: requests per second and latency over HTTPS with 8 connections that ask one thing at a time, what each
// costs the server, and its memory with 10,000 Pods or as many as are named. A report, never a test.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const kubemu = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'kubemu.js');
const CONNECTIONS = 8;
const SECONDS = Number(process.env.SECONDS ?? 3);
const LISTED = 500;
const PODS = '/api/v1/namespaces/default/pods';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

/**
 * @typedef {{ url: string, pid: number, home: string, send: (method: string, path: string, body?: string, type?: string) => Promise<string>,
 *   end: () => Promise<void> }} Served
 */

/** A served cluster of its own, filled with Pods. @param {number} pods @param {string} clock @returns {Promise<Served>} */
async function start(pods, clock) {
  const home = mkdtempSync(join(tmpdir(), 'kubemu-bench-'));
  const env = { ...process.env, KUBEMU_HOME: home };
  delete env.KUBECONFIG;
  delete env.KUBEMU_STATE;
  const nodes = Math.max(20, Math.ceil(pods / 100)) + 1;
  const create = ['cluster', 'create', `--nodes=${nodes}`, `--clock=${clock}`, '--seed=1', '--cpu=64', '--memory=256Gi'];
  for (const args of [create, ['cluster', 'fill', `--pods=${pods}`]]) {
    const { status, stderr } = spawnSync(process.execPath, [kubemu, ...args], { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`kubemu ${args.join(' ')}: exit code ${status}\n${stderr}`);
  }
  const kubeconfig = join(home, 'kubeconfig');
  const server = spawn(process.execPath, [kubemu, 'serve', '--secure-port=0', `--kubeconfig-out=${kubeconfig}`], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  await new Promise((resolve, reject) => {
    server.stdout.once('data', resolve);
    server.once('exit', () => reject(new Error('kubemu serve ended')));
  });
  const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8'));
  const pem = (/** @type {string} */ text) => Buffer.from(text, 'base64');
  const agent = new Agent({
    keepAlive: true,
    maxSockets: CONNECTIONS,
    ca: pem(clusters[0].cluster['certificate-authority-data']),
    cert: pem(users[0].user['client-certificate-data']),
    key: pem(users[0].user['client-key-data']),
  });
  const url = clusters[0].cluster.server;
  return {
    url,
    pid: server.pid ?? 0,
    home,
    send: (method, path, body, type = 'application/json') =>
      new Promise((resolve, reject) => {
        // One command: at clock max a second passes when it begins, and not with each request.
        const session = { 'Kubectl-Session': 'bench' };
        const headers = body === undefined ? session : { ...session, 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) };
        const asked = request(`${url}${path}`, { method, agent, headers }, (reply) => {
          let text = '';
          reply.setEncoding('utf8');
          reply.on('data', (piece) => {
            text += piece;
          });
          reply.on('end', () => ((reply.statusCode ?? 0) < 300 ? resolve(text) : reject(new Error(`${method} ${path}: ${text}`))));
        });
        asked.on('error', reject);
        asked.end(body);
      }),
    async end() {
      agent.destroy();
      server.kill('SIGINT');
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** What the process has used of a processor, in seconds; undefined where nobody tells. @param {number} pid */
function processorOf(pid) {
  try {
    const [user = 0, system = 0] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return (user + system) / 100;
  } catch {
    return undefined;
  }
}

/** @param {number} pid MiB */
function memoryOf(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(stdout) / 1024;
}

/** @param {Served} served @param {string} label @param {string} aim @param {(n: number) => Promise<unknown>} one */
async function measure(served, label, aim, one) {
  for (let n = 0; n < 50; n++) await one(-1 - n);
  const times = /** @type {number[]} */ ([]);
  const before = processorOf(served.pid);
  const begun = performance.now();
  let n = 0;
  const line = async () => {
    while (performance.now() - begun < SECONDS * 1000) {
      const asked = performance.now();
      await one(n++);
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, line));
  const took = (performance.now() - begun) / 1000;
  const after = processorOf(served.pid);
  times.sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => (times[Math.floor(times.length * share)] ?? Number.NaN).toFixed(1);
  const cost = before === undefined || after === undefined ? '' : (((after - before) / times.length) * 1e6).toFixed(0);
  const cells = [(times.length / took).toFixed(0), at(0.5), at(0.99), cost].map((text) => text.padStart(9));
  process.stdout.write(`${label.padEnd(28)}${cells.join('')}  ${aim}\n`);
}

const HEAD = `${'over HTTPS, 8 connections'.padEnd(28)}${['per s', 'ms', 'ms 99 %', 'µs CPU'].map((text) => text.padStart(9)).join('')}  aim\n`;
const configMap = (/** @type {string} */ name) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } });
const pod = (/** @type {string} */ name) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'c', image: 'nginx' }] } });
const named = (/** @type {string} */ prefix, /** @type {number} */ n) => (n < 0 ? `${prefix}-warm-${-n}` : `${prefix}-${n}`);
const MERGE = 'application/merge-patch+json';

for (const clock of ['real', 'max']) {
  const served = await start(LISTED, clock);
  try {
    process.stdout.write(`\nclock ${clock}\n${HEAD}`);
    const { items } = JSON.parse(await served.send('GET', `/api/v1/pods?limit=50&labelSelector=app`));
    const { name, namespace } = items[0].metadata;
    await measure(served, 'get a Pod', '≥ 2000', () => served.send('GET', `/api/v1/namespaces/${namespace}/pods/${name}`));
    await measure(served, `list of ${LISTED} Pods`, '', () => served.send('GET', `/api/v1/pods?limit=${LISTED}`));
    await measure(served, 'create a ConfigMap', '≥ 500', (n) => served.send('POST', CONFIG_MAPS, configMap(named('c', n))));
    await served.send('POST', CONFIG_MAPS, configMap('patched'));
    await measure(served, 'patch a ConfigMap', '', (n) =>
      served.send('PATCH', `${CONFIG_MAPS}/patched`, JSON.stringify({ data: { n: String(n) } }), MERGE),
    );
    await measure(served, 'create a Pod', '≥ 500', (n) => served.send('POST', PODS, pod(named('p', n))));
  } finally {
    await served.end();
  }
}

const pods = Number(process.argv[3] ?? 10_000);
if (pods > 0) {
  const served = await start(pods, 'real');
  try {
    const fresh = memoryOf(served.pid);
    let next = '';
    let count = 0;
    do {
      const list = JSON.parse(await served.send('GET', `/api/v1/pods?limit=500${next && `&continue=${encodeURIComponent(next)}`}`));
      count += list.items.length;
      next = list.metadata.continue ?? '';
    } while (next);
    process.stdout.write(
      `\n${pods} Pods: ${fresh.toFixed(0)} MiB when it serves, ${memoryOf(served.pid).toFixed(0)} MiB when all ${count} were read\n`,
    );
  } finally {
    await served.end();
  }
}
