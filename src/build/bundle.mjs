// The last step of `npm run build`: src/cli/main.ts to dist/kubemu.cjs, in which every lazily imported module stays a function that has
// not run, and the shell library to a file of its own. Then a few commands are run, and what V8 compiled for them is kept beside
// (see bin/run.js). Minified because V8 reads less text then.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const dist = join(root, 'dist');

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { 'import.meta.url': '__moduleUrl' },
  banner: { js: 'const __moduleUrl=require("node:url").pathToFileURL(__filename).href;' },
};

rmSync(dist, { recursive: true, force: true });
await build({
  ...common,
  entryPoints: [join(root, 'src', 'cli', 'main.ts')],
  outfile: join(dist, 'kubemu.cjs'),
  // Node's conditions would choose the CommonJS build, which costs more to start.
  alias: { yaml: join(root, 'node_modules', 'yaml', 'browser', 'index.js') },
  plugins: [
    {
      name: 'shell library in its own file',
      setup({ onResolve }) {
        onResolve({ filter: /^just-bash$/ }, () => ({ path: './just-bash.cjs', external: true }));
      },
    },
  ],
});
await build({
  ...common,
  stdin: { contents: "export { Bash, parse } from 'just-bash';", resolveDir: root },
  outfile: join(dist, 'just-bash.cjs'),
  // Languages and formats that no simulated process uses.
  external: ['@mongodb-js/zstd', 'node-liblzma', 'seek-bzip', 'sql.js', 'quickjs-emscripten', 'turndown'],
});

const home = mkdtempSync(join(tmpdir(), 'kubemu-warm-'));
const env = { ...process.env, KUBEMU_HOME: home, KUBEMU_CLOCK: 'max', KUBEMU_WRITE_CACHE: 'yes' };
delete env.KUBECONFIG;
delete env.KUBEMU_STATE;
const sample = join(root, 'manifests', 'samples', 'logging-sidecar.yaml');
for (const args of [
  ['get', 'nodes'],
  ['apply', '-f', sample],
  ['get', 'pods', '-o', 'wide'],
]) {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin', 'kubemu.js'), ...args], { env, encoding: 'utf8' });
  if (status !== 0) process.stderr.write(`warming up with ${args.join(' ')}: ${stderr}`);
}
rmSync(home, { recursive: true, force: true });
process.stdout.write(`dist/kubemu.cjs ${Math.round(statSync(join(dist, 'kubemu.cjs')).size / 1024)} KB\n`);
