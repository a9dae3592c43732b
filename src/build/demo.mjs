// `npm run demo`: types the journey of two manifests into a throwaway cluster, each command a process of its own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const shim = join(root, 'bin', 'shims', 'kubectl');
const home = mkdtempSync(join(tmpdir(), 'kubemu-demo-'));
const env = { ...process.env, KUBEMU_HOME: home, KUBEMU_SPEED: '4' };
delete env.KUBECONFIG;
delete env.KUBEMU_STATE;

const bold = process.stdout.isTTY ? (/** @type {string} */ text) => `\x1b[1m${text}\x1b[0m` : (/** @type {string} */ text) => text;
const PAUSE = process.stdout.isTTY ? 600 : 0;

/** Runs one command line as typed, shows it with its output, and returns stdout. */
async function type(/** @type {string} */ line, { quiet = false } = {}) {
  if (!quiet) process.stdout.write(`${bold(`$ ${line}`)}\n`);
  await sleep(quiet ? 0 : PAUSE);
  const run = spawnSync('bash', ['-c', line.replace(/^kubectl /, `${JSON.stringify(shim)} `)], { cwd: root, env, encoding: 'utf8' });
  if (!quiet) process.stdout.write(`${run.stdout}${run.stderr}\n`);
  if (run.status !== 0 && !quiet) {
    process.stdout.write(`The demo stops here: the command ended with exit code ${run.status}.\n`);
    rmSync(home, { recursive: true, force: true });
    process.exit(1);
  }
  return run.stdout;
}

/** Types the line again and again, showing what differs, until it matches. */
async function typeUntil(/** @type {string} */ line, /** @type {RegExp} */ wanted) {
  const deadline = Date.now() + 60_000;
  let before = '';
  for (;;) {
    const now = await type(line, { quiet: true });
    const shape = now.replace(/\d+[smh]\b/g, '');
    if (shape !== before) {
      process.stdout.write(`${bold(`$ ${line}`)}\n${now}\n`);
      before = shape;
    }
    if (wanted.test(now)) return;
    if (Date.now() > deadline) {
      process.stdout.write(`The demo stops here: waited a minute for ${wanted}.\n`);
      rmSync(home, { recursive: true, force: true });
      process.exit(1);
    }
    await sleep(250);
  }
}

const sidecar = relative(root, join(root, 'manifests', 'samples', 'logging-sidecar.yaml'));
const init = relative(root, join(root, 'manifests', 'samples', 'init-container.yaml'));

process.stdout.write('A throwaway cluster, in which time runs four times as fast as on the wall.\n\n');
await type('kubectl get nodes');
await type(`kubectl apply -f ${sidecar}`);
await typeUntil('kubectl get pods', /2\/2 +Running/);
await type('kubectl get pods -o wide');
await type('kubectl describe pod multi-container-pod');
await type('kubectl logs multi-container-pod -c sidecar-container');
await type('kubectl exec multi-container-pod -c main-app -- tail -2 /var/log/app.log');
await type(`kubectl apply -f ${init}`);
await typeUntil('kubectl get pods', /init-pod +1\/1 +Running/);
await type('kubectl describe pod init-pod');
await type("kubectl get events --sort-by='.lastTimestamp'");
await type('kubectl get pod multi-container-pod -o yaml');
await type(`kubectl delete -f ${sidecar} -f ${init}`);
const { size } = statSync(join(home, 'cluster.json'), { throwIfNoEntry: false }) ?? { size: 0 };
rmSync(home, { recursive: true, force: true });
process.stdout.write(`The whole cluster was one file of ${Math.round(size / 1024)} KB. Go on with your own:

  eval "$(bin/kubemu.js env)"          # puts kubectl on the PATH of this shell
  kubectl run web --image=nginx && kubectl get pods -w
  bin/kubemu.js cluster reset          # and start anew
`);
