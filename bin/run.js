// What kubemu and its shims share: run the bundle with this process's arguments. V8's compiled code of earlier runs is kept beside the
// bundle and used when it fits this Node.js; without it everything works the same, some milliseconds later. CommonJS, because Node
// starts ECMAScript modules more slowly.
const { readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const vm = require('node:vm');

const dist = join(__dirname, '..', 'dist');
const scripts = [];

function load(name) {
  const filename = join(dist, name);
  const cacheFile = join(dist, `${name}.${process.arch}-${process.versions.v8}.cache`);
  const source = readFileSync(filename, 'latin1');
  let cachedData;
  try {
    cachedData = readFileSync(cacheFile);
  } catch {
    // none yet
  }
  const script = new vm.Script(`(function(exports,require,module,__filename,__dirname){${source}\n})`, { filename, cachedData });
  scripts.push({ script, cacheFile, fits: cachedData !== undefined && !script.cachedDataRejected });
  const module = { exports: {} };
  const requireFrom = (id) => (id.startsWith('./') ? load(id.slice(2)) : require(id));
  script.runInThisContext()(module.exports, requireFrom, module, filename, dist);
  return module.exports;
}

/** Keeps what V8 has compiled by now, for the next process; quietly not, where dist/ cannot be written. */
function keepCompiled(always) {
  for (const { script, cacheFile, fits } of scripts) {
    if (fits && !always) continue;
    const fresh = `${cacheFile}.${process.pid}`;
    try {
      writeFileSync(fresh, script.createCachedData());
      renameSync(fresh, cacheFile);
    } catch {
      rmSync(fresh, { force: true });
    }
  }
}

exports.run = async (program) => {
  let bundle;
  try {
    bundle = load('kubemu.cjs');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    process.stderr.write(`${program}: not built yet; run "npm ci && npm run build" in ${join(__dirname, '..')}\n`);
    process.exitCode = 1;
    return;
  }
  process.exitCode = await bundle.main(process.argv.slice(2), bundle.processIo(program));
  keepCompiled(process.env.KUBEMU_WRITE_CACHE !== undefined);
};
