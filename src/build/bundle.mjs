// `npm run bundle`, the last step of `npm run build`: src/cli/main.ts to dist/, one chunk for what every command needs and one for each
// lazily imported module. Minified because V8 reads less text then; what is big and rarely used stays in node_modules.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const outdir = join(root, 'dist');

rmSync(outdir, { recursive: true, force: true });
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
  metafile: true,
  logLevel: 'warning',
});
const sizes = Object.entries(result.metafile.outputs).map(([file, { bytes }]) => ({ file, bytes }));
const main = sizes.find(({ file }) => file.endsWith('main.js'))?.bytes ?? 0;
process.stdout.write(`dist/main.js ${Math.round(main / 1024)} KB, ${sizes.length} files\n`);
