// `npm run bench`: whole-process medians of ten commands as a user waits for them, each beside `node -e 0` in the same run.
// A report, never a test. `npm run bench -- scale` is in bench-scale.mjs, `npm run bench -- cost` in
// bench-cost.mjs, `npm run bench -- serve` in bench-serve.mjs, `npm run bench -- schedule` in bench-schedule.mjs.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const reports = { scale: './bench-scale.mjs', cost: './bench-cost.mjs', serve: './bench-serve.mjs', schedule: './bench-schedule.mjs' };
const report = reports[/** @type {keyof typeof reports} */ (process.argv[2])];
if (report) {
  await import(report);
  process.exit();
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const kubemu = join(root, 'bin', 'kubemu.js');
const home = mkdtempSync(join(tmpdir(), 'kubemu-bench-'));
const RUNS = Number(process.env.RUNS ?? 15);
const env = { ...process.env, KUBEMU_HOME: home };
delete env.KUBECONFIG;
delete env.KUBEMU_STATE;

const pod = join(home, 'pod.yaml');
writeFileSync(pod, 'apiVersion: v1\nkind: Pod\nmetadata: {name: bench}\nspec:\n  containers:\n  - {name: c, image: nginx}\n');

/** @type {[label: string, target: string, args: string[]][]} */
const commands = [
  ['version --client', '', ['version', '--client']],
  ['run --dry-run=client -o yaml', '1.6', ['run', 'x', '--image=nginx', '--dry-run=client', '-o', 'yaml']],
  ['get pods', '1.6', ['get', 'pods']],
  ['get pods -A -o wide', '', ['get', 'pods', '-A', '-o', 'wide']],
  ['get nodes -o yaml', '', ['get', 'nodes', '-o', 'yaml']],
  ['get pods -o jsonpath', '', ['get', 'pods', '-A', '-o', 'jsonpath={.items[*].metadata.name}']],
  ['describe node', '', ['describe', 'node', 'node01']],
  ['apply (new Pod)', '2.1', ['apply', '-f', pod]],
  ['logs', '', ['logs', '-n', 'kube-system', 'kube-scheduler-controlplane']],
  ['config view', '', ['config', 'view']],
];

const time = (/** @type {string[]} */ argv) => {
  const start = process.hrtime.bigint();
  const run = spawnSync(process.execPath, argv, { env, encoding: 'utf8' });
  const took = Number(process.hrtime.bigint() - start) / 1e6;
  return { took, run };
};
const median = (/** @type {number[]} */ list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

const created = time([kubemu, 'get', 'nodes']);
if (created.run.status !== 0) {
  process.stderr.write(created.run.stderr);
  process.exit(1);
}
process.stdout.write(`first command, which makes the cluster: ${created.took.toFixed(0)} ms\n\n`);
process.stdout.write(`${'command'.padEnd(32)}${'ms'.padStart(7)}${'floor'.padStart(8)}${'ratio'.padStart(8)}  target\n`);
for (const [label, target, args] of commands) {
  const own = [];
  const floor = [];
  for (let i = 0; i < RUNS; i++) {
    if (label.startsWith('apply')) {
      time([kubemu, 'delete', 'pod', 'bench', '--ignore-not-found', '--force', '--grace-period=0']);
      time([kubemu, 'get', 'pods']); // lets the consequences of the deletion happen
    }
    floor.push(time(['-e', '0']).took);
    const { took, run } = time([kubemu, ...args]);
    if (run.status !== 0) {
      process.stderr.write(`${label}: exit code ${run.status}\n${run.stderr}`);
      process.exit(1);
    }
    own.push(took);
  }
  const [ms, base] = [median(own), median(floor)];
  process.stdout.write(
    `${label.padEnd(32)}${ms.toFixed(0).padStart(7)}${base.toFixed(0).padStart(8)}${(ms / base).toFixed(2).padStart(8)}  ${target && `≤ ${target}`}\n`,
  );
}
process.stdout.write('\nstart-up of `get pods`, once:\n');
process.stdout.write(time([join(root, 'src', 'build', 'profile.cjs'), 'get', 'pods']).run.stderr.replace(/^No resources.*\n/m, ''));
rmSync(home, { recursive: true, force: true });
