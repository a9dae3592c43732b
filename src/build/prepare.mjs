// What `npm test`, `npm run check`, `npm run demo` and `npm run bench` do first, from a bare clone too: install what is missing, generate
// and bundle what is stale. Does nothing, in a few milliseconds, when nothing changed. Built-in modules only: it runs before any install.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const at = (...parts) => join(root, ...parts);
const time = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** The newest file below a folder. */
function newest(path, skip = '') {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry) return 0;
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => (join(path, name) === skip ? 0 : newest(join(path, name), skip))));
}

function run(what, command, args) {
  process.stdout.write(`${what} …\n`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}

const installed = at('node_modules', '.package-lock.json');
if (time(installed) < time(at('package-lock.json')) || !existsSync(installed)) {
  run('installing dependencies', 'npm', [existsSync(at('package-lock.json')) ? 'ci' : 'install', '--no-audit', '--no-fund']);
}

const generated = at('src', 'api', 'generated');
const generators = Math.max(newest(at('src', 'build')), newest(at('manifests')));
const isGenerated = existsSync(generated) && readdirSync(generated).length > 0;
if (!isGenerated || !existsSync(at('src', 'cluster', 'generated')) || newest(generated) < Math.max(generators, time(installed))) {
  run('generating from the published models', process.execPath, [at('src', 'build', 'generate.mjs')]);
}

const bundle = at('dist', 'kubemu.pack');
if (time(bundle) < Math.max(newest(at('src')), newest(at('manifests')), time(at('package.json')))) {
  run('bundling', process.execPath, [at('src', 'build', 'bundle.mjs')]);
}
