// Ephemeral containers join a Pod that runs, once.
import { expect, test } from 'vitest';
import type { V1EphemeralContainer } from '../../src/api/generated/types.ts';
import { exec } from './exec.ts';
import { createWorld, type World } from './harness.ts';

const second = 1000;

async function debugged(container: Partial<V1EphemeralContainer>): Promise<World> {
  const w = createWorld({}, true);
  w.run('web', { containers: [{ name: 'c', image: 'nginx' }] });
  await w.advance(20 * second);
  w.change('web', (pod) => ({
    ...pod,
    spec: { ...pod.spec, ephemeralContainers: [{ name: 'debugger', image: 'busybox', targetContainerName: 'c', ...container }] },
  }));
  await w.advance(10 * second);
  return w;
}

test('an ephemeral container runs beside the others, in their network', async () => {
  const w = await debugged({ stdin: true, tty: true });
  expect(w.pod('web').status).toMatchObject({
    phase: 'Running',
    containerStatuses: [{ ready: true, restartCount: 0 }],
    ephemeralContainerStatuses: [{ name: 'debugger', state: { running: {} }, ready: false, restartCount: 0 }],
  });
  expect((await exec(w, 'web', 'debugger', ['wget', '-qO-', 'http://localhost'])).out).toContain('Welcome to nginx!');
  expect(w.events.find(({ fieldPath }) => fieldPath === 'spec.ephemeralContainers{debugger}')).toBeDefined();
});

test('an ephemeral container that has ended is not started again', async () => {
  const w = await debugged({ command: ['sh', '-c', 'echo looked around; exit 1'] });
  await w.advance(60 * second);
  expect(w.pod('web').status?.phase).toBe('Running');
  expect(w.pod('web').status?.ephemeralContainerStatuses?.[0]).toMatchObject({ restartCount: 0, state: { terminated: { exitCode: 1 } } });
  expect(await w.logs('web', 'debugger')).toBe('looked around\n');
});

test('a Pod that is deleted takes its ephemeral containers with it', async () => {
  const w = await debugged({ command: ['sleep', '3600'] });
  w.deletePod('web', 3);
  await w.advance(5 * second);
  expect(w.has('Pod', 'web')).toBe(false);
});
