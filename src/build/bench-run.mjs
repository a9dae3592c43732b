// What `npm run bench -- cost` and `-- schedule` share: a measurement is bundled from the sources and run in a process of its own, as
// V8 runs the program itself (bin/run.js).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** `spent(what, work, show)`: CPU of all threads in milliseconds, as `show` writes it; with `--profile` also the functions that spent most. */
const prelude = `
import { Session } from 'node:inspector';

const profiled = process.argv.includes('--profile');

async function spent(what, work, show) {
  const session = new Session();
  const post = (method, params) => new Promise((done, fail) => session.post(method, params, (error, value) => (error ? fail(error) : done(value))));
  if (profiled) {
    session.connect();
    await post('Profiler.enable');
    await post('Profiler.setSamplingInterval', { interval: 200 });
    await post('Profiler.start');
  }
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  const cpu = (user + system) / 1000;
  if (show) process.stdout.write(what.padEnd(64) + show(cpu) + '\\n');
  if (!profiled) return cpu;
  const { profile } = await post('Profiler.stop');
  session.disconnect();
  const own = new Map();
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  profile.samples.forEach((id, i) => {
    const { callFrame } = byId.get(id);
    const at = callFrame.url === '' || callFrame.url.startsWith('node:') ? callFrame.url : ':' + callFrame.lineNumber;
    const key = (callFrame.functionName || '(anonymous)') + ' ' + at;
    own.set(key, (own.get(key) ?? 0) + (profile.timeDeltas[i] ?? 0) / 1000);
  });
  const most = [...own].sort((a, b) => b[1] - a[1]).slice(0, Number(process.env.TOP ?? 20));
  if (show) for (const [key, ms] of most) process.stdout.write('    ' + ms.toFixed(1).padStart(8) + '  ' + key + '\\n');
  return cpu;
}
`;

/** What Node.js itself needs to start here, in milliseconds: figures of different machines can be compared beside it. */
export function floor() {
  const took = Array.from({ length: 15 }, () => {
    const start = process.hrtime.bigint();
    spawnSync(process.execPath, ['-e', '0']);
    return Number(process.hrtime.bigint() - start) / 1e6;
  });
  return took.sort((a, b) => a - b)[7] ?? Number.NaN;
}

/**
 * Runs a measurement with this process's further arguments; KEEP keeps its bundle.
 * @param {string} name
 * @param {string} measure TypeScript, relative to the root
 */
export async function runMeasurement(name, measure) {
  const dir = mkdtempSync(join(root, 'node_modules', `.bench-${name}-`));
  try {
    const out = join(dir, `${name}.mjs`);
    await build({
      stdin: { contents: prelude + measure, resolveDir: root, sourcefile: `${name}.ts` },
      outfile: out,
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      logLevel: 'error',
    });
    if (process.env.KEEP) process.stdout.write(`${out}\n`);
    const argv = ['--require', join(root, 'bin', 'run.js'), out, ...process.argv.slice(3)];
    const { status } = spawnSync(process.execPath, argv, { stdio: 'inherit' });
    process.exitCode = status ?? 1;
  } finally {
    if (!process.env.KEEP) rmSync(dir, { recursive: true, force: true });
  }
}
