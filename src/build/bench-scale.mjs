// `npm run bench -- scale [PODS…]`: what commands cost in clusters of 100 to 150,000 Pods, which is Kubernetes' limit, or of the numbers
// that are named. Medians of three runs: wall-clock and processor time beside `node -e 0`, and peak memory. A report, never a test. All sizes take
// some minutes, 4 GiB of memory and 1.5 GiB of disk.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const kubemu = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'kubemu.js');
const RUNS = Number(process.env.RUNS ?? 3);
/** As 150,000 Pods on 5,000 nodes. */
const PODS_PER_NODE = 30;
const SIZES = [100, 1000, 10_000, 100_000, 150_000];
/** Prints the peak memory of the process in which it is loaded, in KiB, and its processor time in microseconds, on descriptor 3. */
const USAGE = `data:text/javascript,${encodeURIComponent("import{writeSync}from'node:fs';process.on('exit',()=>{const u=process.resourceUsage();writeSync(3,u.maxRSS+' '+(u.userCPUTime+u.systemCPUTime))})")}`;

/** @param {number[]} list */
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

/** @param {string[]} argv @param {NodeJS.ProcessEnv} env */
function run(argv, env) {
  const start = process.hrtime.bigint();
  const { status, stdout, stderr, output } = spawnSync(process.execPath, ['--import', USAGE, ...argv], {
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const took = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw new Error(`${argv.slice(1).join(' ')}: exit code ${status}\n${stderr}`);
  const [memory, cpu] = String(output[3]).split(' ').map(Number);
  return { took, memory: Number(memory) / 1024, cpu: Number(cpu) / 1000, stdout };
}

const seconds = (/** @type {{ took: number }} */ { took }) => `${(took / 1000).toFixed(1)} s`;

const cell = (/** @type {string | number} */ text, width = 9) => String(text).padStart(width);

/** @param {number} pods */
function measure(pods) {
  const home = mkdtempSync(join(tmpdir(), 'kubemu-scale-'));
  const state = join(home, 'cluster.json');
  const env = { ...process.env, KUBEMU_HOME: home };
  delete env.KUBECONFIG;
  delete env.KUBEMU_STATE;
  const nodes = Math.min(5000, Math.max(2, Math.ceil(pods / PODS_PER_NODE)) + 1);
  try {
    const made = run([kubemu, 'cluster', 'create', `--nodes=${nodes}`, '--clock=max', '--seed=1', '--cpu=64', '--memory=256Gi'], env);
    const filled = run([kubemu, 'cluster', 'fill', `--pods=${pods}`], env);
    const size = statSync(state).size;
    process.stdout.write(
      `\n${pods} Pods on ${nodes} nodes: ${(size / 2 ** 20).toFixed(1)} MiB; created in ${seconds(made)}, filled in ${seconds(filled)} (${filled.memory.toFixed(0)} MiB)\n`,
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
      ['  and its start', ['wait', 'pod/bench', '--for=condition=Ready']],
      ['an hour later', ['clock', 'advance', '1h']],
    ];
    process.stdout.write(
      `${'command'.padEnd(28)}${cell('ms')}${cell('ratio')}${cell('CPU ms')}${cell('ratio')}${cell('MiB')}${cell('bytes written', 15)}\n`,
    );
    for (const [label, args] of commands) {
      const floors = [];
      const runs = [];
      const written = [];
      for (let i = 0; i < RUNS; i++) {
        if (label.startsWith('apply') || label.startsWith('  ')) {
          run([kubemu, 'delete', 'pod', 'bench', '--ignore-not-found', '--force', '--grace-period=0'], env);
          run([kubemu, 'get', 'pods'], env); // lets the consequences happen
        }
        if (label.startsWith('  ')) run([kubemu, 'apply', '-f', manifest], env);
        floors.push(run(['-e', '0'], env));
        const before = statSync(state);
        runs.push(run([kubemu, ...args], env));
        const after = statSync(state);
        written.push(after.ino === before.ino ? after.size - before.size : after.size);
      }
      const ms = median(runs.map(({ took }) => took));
      const memory = median(runs.map((one) => one.memory));
      const cpu = median(runs.map((one) => one.cpu));
      const ratio = (ms / median(floors.map(({ took }) => took))).toFixed(2);
      const cpuRatio = (cpu / median(floors.map((one) => one.cpu))).toFixed(2);
      process.stdout.write(
        `${label.padEnd(28)}${cell(ms.toFixed(0))}${cell(ratio)}${cell(cpu.toFixed(0))}${cell(cpuRatio)}${cell(memory.toFixed(0))}${cell(median(written), 15)}\n`,
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
for (const pods of named.length > 0 ? named : SIZES) measure(pods);
