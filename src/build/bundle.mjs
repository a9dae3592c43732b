// `npm run bundle`, the last step of `npm run build`: src/cli/main.ts to dist/, one chunk for what every command needs and one for each
// lazily imported module. Minified because V8 reads less text then; what is big and rarely used stays in node_modules.
import { renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
// Built beside and swapped in: a command that starts meanwhile finds the old bundle or the new one.
const outdir = join(root, 'node_modules', `.kubemu-dist-${process.pid}`);
const dist = join(root, 'dist');

const result = await build({
  entryPoints: [join(root, 'src', 'cli', 'main.ts')],
  outdir,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  splitting: true,
  minify: true,
  legalComments: 'none',
  chunkNames: 'chunks/[name]-[hash]',
  // CommonJS packages ask for Node's modules through require.
  banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
  external: ['just-bash'],
  // Node's conditions would choose the CommonJS build, of which a chunk gives no named exports.
  alias: { yaml: join(root, 'node_modules', 'yaml', 'browser', 'index.js') },
  metafile: true,
  logLevel: 'warning',
});
rmSync(`${outdir}.old`, { recursive: true, force: true });
try {
  renameSync(dist, `${outdir}.old`);
} catch {
  // The first build has nothing to replace.
}
renameSync(outdir, dist);
rmSync(`${outdir}.old`, { recursive: true, force: true });

const sizes = Object.entries(result.metafile.outputs).map(([file, { bytes }]) => ({ file, bytes }));
const main = sizes.find(({ file }) => file.endsWith('main.js'))?.bytes ?? 0;
process.stdout.write(`dist/main.js ${Math.round(main / 1024)} KB, ${sizes.length} files\n`);
