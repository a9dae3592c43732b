// A process of its own: writes under the lock, again and again, until it is done or killed. `log` gets what has been acknowledged.
import { appendFileSync } from 'node:fs';
import { openStateFile } from '../../src/state/file.ts';
import { acquireLock } from '../../src/state/lock.ts';

const [path = '', name = '', count = '', log = ''] = process.argv.slice(2);
for (let i = 1; i <= Number(count); i++) {
  const lock = await acquireLock(path);
  const { keyspace, commit } = open();
  keyspace.put(`/registry/pods/${name}/p${i % 9}`, { i, text: 'x'.repeat((i * 97) % 3000) });
  keyspace.put('/registry/counter', (keyspace.value<number>('/registry/counter') ?? 0) + 1);
  keyspace.put(`/kubemu/count/${name}`, i);
  await commit();
  appendFileSync(log, `${i}\n`);
  lock.release();
}

function open() {
  const file = openStateFile(path);
  return { keyspace: file.keyspace, commit: () => file.commit() };
}
