// What kubemu and its shims share: run the bundle with this process's arguments. dist/kubemu.pack holds the chunks; beside it lies what V8
// compiled of them in earlier runs, used when it fits this Node.js. Without it everything works the same, some milliseconds later.
// CommonJS, because Node starts ECMAScript modules more slowly.
const { openSync, readSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const vm = require('node:vm');

const dist = join(__dirname, '..', 'dist');
const packFile = join(dist, 'kubemu.pack');
const cacheFile = join(dist, `kubemu.${process.arch}-${process.versions.v8}.cache`);

/** A pack is eight digits (the length of its index), an index {name: [offset, length]}, and the parts, of which most are never read. */
function openPack(file) {
  const fd = openSync(file, 'r');
  const read = (position, length) => {
    const bytes = Buffer.allocUnsafe(length);
    if (readSync(fd, bytes, 0, length, position) !== length) throw new Error(`${file} is cut short`);
    return bytes;
  };
  const start = 8 + Number(read(0, 8).latin1Slice());
  const index = JSON.parse(read(8, start - 8).latin1Slice());
  return {
    index,
    part(name) {
      const place = index[name]; // a chunk may be empty
      return place && read(start + place[0], place[1]);
    },
  };
}

/** V8 optimizes what has run for so many bytecodes; its own number, and one for long simulations. What else it counts, it counts as ever. */
const BUDGET = { usual: 67584, relaxed: 400000 };
let isRelaxed = false;
const setBudget = (name) => require('node:v8').setFlagsFromString(`--interrupt-budget=${BUDGET[name]}`);

/** Compiled code is for the flags that it was compiled with: it is loaded and kept under the usual ones. */
function asUsual(work) {
  if (!isRelaxed) return work();
  setBudget('usual');
  try {
    return work();
  } finally {
    setBudget('relaxed');
  }
}

/** For src/cluster/engine.ts. Only V8 11 (Node.js 20) was measured: a third less CPU, a tenth less time. */
function relax() {
  if (isRelaxed || !process.versions.v8.startsWith('11.')) return;
  isRelaxed = true;
  setBudget('relaxed');
}
process[Symbol.for('kubemu.relax')] = relax;

const loaded = new Map();
let pack;
let cache;
let isComplete = true;

function load(name = 'main.js') {
  if (!pack) {
    pack = openPack(packFile);
    try {
      cache = openPack(cacheFile);
    } catch {
      isComplete = false;
    }
  }
  const known = loaded.get(name);
  if (known) return known.module.exports;
  const bytes = pack.part(name);
  if (!bytes) throw Object.assign(new Error(`no chunk ${name}`), { code: 'MODULE_NOT_FOUND' });
  const cachedData = cache?.part(name);
  const source = `(function(exports,require,module,__moduleUrl){${bytes.latin1Slice(0, bytes.length)}\n})`;
  const script = asUsual(() => new vm.Script(source, { filename: join(dist, name), cachedData }));
  if (script.cachedDataRejected) isComplete = false;
  const module = { exports: {} };
  loaded.set(name, { module, script });
  script.runInThisContext()(module.exports, requireFrom, module, `file://${packFile}`);
  return module.exports;
}

const requireFrom = (id) => (id.startsWith('./') ? load(id.slice(2)) : require(id));

/** Keeps what V8 has compiled by now, for the next process; quietly not, where dist/ cannot be written. */
function keepCompiled() {
  const fresh = `${cacheFile}.${process.pid}`;
  try {
    const parts = asUsual(() => [...loaded].map(([name, { script }]) => [name, script.createCachedData()]));
    for (const name of Object.keys(cache?.index ?? {})) if (!loaded.has(name)) parts.push([name, cache.part(name)]);
    const index = {};
    let offset = 0;
    for (const [name, data] of parts) {
      index[name] = [offset, data.length];
      offset += data.length;
    }
    const head = JSON.stringify(index);
    writeFileSync(fresh, Buffer.concat([Buffer.from(`${String(head.length).padStart(8)}${head}`), ...parts.map(([, data]) => data)]));
    renameSync(fresh, cacheFile);
  } catch {
    rmSync(fresh, { force: true });
  }
}

async function run(program) {
  let bundle;
  try {
    bundle = load();
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    process.stderr.write(`${program}: not built yet; run "npm ci && npm run build" in ${join(__dirname, '..')}\n`);
    process.exitCode = 1;
    return;
  }
  process.exitCode = await bundle.main(process.argv.slice(2), bundle.processIo(program));
  if (!isComplete) keepCompiled();
}

module.exports = { keepCompiled, load, run };
