// Where a command's start goes: `npm run bench` runs one command through this and shows what it prints on stderr.
const { join } = require('node:path');
const vm = require('node:vm');

const began = performance.now();
const Original = vm.Script;
const chunks = [];
vm.Script = class extends Original {
  constructor(source, options) {
    const start = performance.now();
    super(source, options);
    chunks.push({
      name: options.filename.split('/').pop(),
      ms: performance.now() - start,
      size: source.length,
      cached: !this.cachedDataRejected,
    });
  }
};
const { run } = require(join(__dirname, '..', '..', 'bin', 'run.js'));

run('kubectl').then(() => {
  const compiled = chunks.reduce((sum, { ms }) => sum + ms, 0);
  const kilobytes = Math.round(chunks.reduce((sum, { size }) => sum + size, 0) / 1024);
  const uncached = chunks.filter(({ cached }) => !cached).length;
  const rows = [
    ['Node.js until our first line', began],
    [`taking ${chunks.length} chunks (${kilobytes} KB, ${uncached} of them without V8's cache)`, compiled],
    ['the command itself', performance.now() - began - compiled],
  ];
  for (const [what, ms] of rows) process.stderr.write(`  ${what.padEnd(64)}${ms.toFixed(1).padStart(7)} ms\n`);
  for (const { name, ms, size } of [...chunks].sort((a, b) => b.ms - a.ms).slice(0, 5)) {
    process.stderr.write(`    ${name.padEnd(40)}${`${Math.round(size / 1024)} KB`.padStart(10)}${ms.toFixed(1).padStart(19)} ms\n`);
  }
});
