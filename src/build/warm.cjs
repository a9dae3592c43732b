// Runs what people run most, so that what V8 compiles for it can be kept for later processes (see bin/run.js).
const { join } = require('node:path');
const { keepCompiled, load } = require('../../bin/run.js');

const sample = join(__dirname, '..', '..', 'manifests', 'samples', 'logging-sidecar.yaml');
const commands = [
  ['get', 'nodes'],
  ['apply', '-f', sample],
  ['get', 'pods', '-o', 'wide'],
  ['get', 'pods', '-o', 'yaml'],
  ['describe', 'pod', 'multi-container-pod'],
  ['logs', 'multi-container-pod', '-c', 'main-app'],
  ['run', 'x', '--image=nginx', '--dry-run=client', '-o', 'yaml'],
  ['delete', '-f', sample],
];

(async () => {
  const { main, processIo } = load();
  for (const argv of commands) await main(argv, { ...processIo('kubectl'), stdout() {} });
  keepCompiled();
})();
