// The last step of `npm run build`: src/cli/main.ts to dist/, one chunk for what every command needs and one for each lazily imported
// module, so for each verb. All chunks lie in one file, dist/kubemu.pack, which bin/run.js takes apart: opening a file for each costs
// more than reading them all. Then some commands are run, and what V8 compiled for them is kept beside. Minified because V8 reads less.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const dist = join(root, 'dist');

const { outputFiles } = await build({
  stdin: { contents: "export * from './src/cli/main.ts';", resolveDir: root, sourcefile: 'main.ts' },
  outdir: dist,
  entryNames: 'main',
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
  // Node's conditions would choose the CommonJS builds, of which a chunk gives no named exports.
  alias: { yaml: join(root, 'node_modules', 'yaml', 'browser', 'index.js') },
  // Big and only for `kubemu serve`; then languages and formats that no simulated process uses.
  external: ['@peculiar/x509', '@mongodb-js/zstd', 'node-liblzma', 'seek-bzip', 'sql.js', 'quickjs-emscripten', 'turndown'],
});

// CommonJS, because Node starts it sooner than ECMAScript modules, and V8's code cache can be used with it.
const chunks = await Promise.all(
  outputFiles.map(async ({ path, text }) => {
    const { code } = await transform(text, {
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      minify: true,
      supported: { 'dynamic-import': false },
      define: { 'import.meta.url': '__moduleUrl' },
    });
    return { name: basename(path), code: ascii(code.trim()) };
  }),
);
const index = {};
let offset = 0;
for (const { name, code } of chunks) {
  index[name] = [offset, code.length];
  offset += code.length;
}
const head = JSON.stringify(index);
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
writeFileSync(join(dist, 'kubemu.pack'), `${String(head.length).padStart(8)}${head}${chunks.map(({ code }) => code).join('')}`);

const home = mkdtempSync(join(tmpdir(), 'kubemu-warm-'));
const env = { ...process.env, KUBEMU_HOME: home, KUBEMU_CLOCK: 'max' };
delete env.KUBECONFIG;
delete env.KUBEMU_STATE;
const warm = spawnSync(process.execPath, [join(root, 'src', 'build', 'warm.cjs')], { env, encoding: 'utf8' });
if (warm.status !== 0) process.stderr.write(`warming up: ${warm.stderr}`);
rmSync(home, { recursive: true, force: true });
const main = index['main.js'];
process.stdout.write(
  `dist/kubemu.pack: ${chunks.length} chunks, ${Math.round(offset / 1024)} KB, the first ${Math.round(main[1] / 1024)} KB\n`,
);

/** A pack is read as one byte a character; esbuild leaves other characters in regular expressions. */
function ascii(/** @type {string} */ code) {
  return code.replace(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
