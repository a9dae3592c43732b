// `npm run bench -- scale [PODS…]`: what commands cost in clusters of 100, 1,000 and 10,000 Pods, and of any other number that is named.
// One median of three runs each, wall-clock time beside `node -e 0`, and peak memory. A report, never a test.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const kubemu = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'kubemu.js');
const RUNS = Number(process.env.RUNS ?? 3);
const PODS_PER_NODE = 100;
/** Prints the peak memory of the process in which it is loaded, in KiB, on descriptor 3. */
const MEMORY = `data:text/javascript,${encodeURIComponent("import{writeSync}from'node:fs';process.on('exit',()=>writeSync(3,String(process.resourceUsage().maxRSS)))")}`;

/** @param {number[]} list */
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

/** @param {string[]} argv @param {NodeJS.ProcessEnv} env */
function run(argv, env) {
  const start = process.hrtime.bigint();
  const { status, stdout, stderr, output } = spawnSync(process.execPath, ['--import', MEMORY, ...argv], {
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const took = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw new Error(`${argv.slice(1).join(' ')}: exit code ${status}\n${stderr}`);
  return { took, memory: Number(output[3]) / 1024, stdout };
}

const cell = (/** @type {string | number} */ text, width = 9) => String(text).padStart(width);

/** @param {number} pods */
function measure(pods) {
  const home = mkdtempSync(join(tmpdir(), 'kubemu-scale-'));
  const state = join(home, 'cluster.json');
  const env = { ...process.env, KUBEMU_HOME: home };
  delete env.KUBECONFIG;
  delete env.KUBEMU_STATE;
  const nodes = Math.max(2, Math.ceil(pods / PODS_PER_NODE)) + 1;
  try {
    const made = run([kubemu, 'cluster', 'create', `--nodes=${nodes}`, '--clock=max', '--seed=1', '--cpu=64', '--memory=256Gi'], env);
    const filled = run([kubemu, 'cluster', 'fill', `--pods=${pods}`], env);
    const size = statSync(state).size;
    process.stdout.write(
      `\n${pods} Pods on ${nodes} nodes: ${(size / 2 ** 20).toFixed(1)} MiB; created in ${(made.took / 1000).toFixed(1)} s, filled in ${(filled.took / 1000).toFixed(1)} s\n`,
    );
    const name = run([kubemu, 'get', 'pods', '-n', 'fill-001', '-o', 'jsonpath={.items[0].metadata.name}'], env).stdout;
    const manifest = join(home, 'pod.yaml');
    writeFileSync(manifest, 'apiVersion: v1\nkind: Pod\nmetadata: {name: bench}\nspec:\n  containers:\n  - {name: c, image: nginx}\n');
    /** @type {[string, string[]][]} */
    const commands = [
      ['get pod NAME', ['get', 'pod', name, '-n', 'fill-001']],
      ['get pods -n one-namespace', ['get', 'pods', '-n', 'fill-001']],
      ['get pods -A', ['get', 'pods', '-A']],
      ['describe node', ['describe', 'node', 'node01']],
      ['apply of one Pod', ['apply', '-f', manifest]],
      ['an hour passes', ['clock', 'advance', '1h']],
    ];
    process.stdout.write(`${'command'.padEnd(28)}${cell('ms')}${cell('ratio')}${cell('MiB')}${cell('bytes written', 15)}\n`);
    for (const [label, args] of commands) {
      const floors = [];
      const runs = [];
      const written = [];
      for (let i = 0; i < RUNS; i++) {
        if (label.startsWith('apply')) run([kubemu, 'delete', 'pod', 'bench', '--ignore-not-found', '--force', '--grace-period=0'], env);
        floors.push(run(['-e', '0'], env).took);
        const before = statSync(state);
        runs.push(run([kubemu, ...args], env));
        const after = statSync(state);
        written.push(after.ino === before.ino ? after.size - before.size : after.size);
      }
      const ms = median(runs.map(({ took }) => took));
      const memory = median(runs.map((one) => one.memory));
      const ratio = (ms / median(floors)).toFixed(2);
      process.stdout.write(
        `${label.padEnd(28)}${cell(ms.toFixed(0))}${cell(ratio)}${cell(memory.toFixed(0))}${cell(median(written), 15)}\n`,
      );
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const named = process.argv.slice(3).map(Number);
if (named.some((pods) => !(pods > 0))) {
  process.stderr.write('usage: npm run bench -- scale [PODS…]\n');
  process.exit(1);
}
for (const pods of named.length > 0 ? named : [100, 1000, 10_000]) measure(pods);
