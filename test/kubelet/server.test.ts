import { expect, test } from 'vitest';
import type { Status } from '../../src/machinery/status.ts';
import { createWorld, type World } from './harness.ts';

const second = 1000;

async function running(): Promise<World> {
  const world = createWorld();
  world.run('web', { containers: [{ name: 'web', image: 'nginx' }] });
  await world.advance(10 * second);
  return world;
}

async function exec(world: World, command: string[]): Promise<{ out: string; status: Status | undefined }> {
  const { stream } = await world.kubelet.handle('node01')({
    method: 'POST',
    path: '/exec/default/web/web',
    query: { command, stdout: 'true' },
    credentials: {},
  });
  let out = '';
  let status: Status | undefined;
  for await (const { channel, data } of stream ?? []) {
    if (channel === 'error') status = data as Status;
    else out += Buffer.from(data as Uint8Array).toString('utf8');
  }
  return { out, status };
}

test('logs have the lines of the current run, with timestamps when asked for', async () => {
  const world = await running();
  expect(await world.logs('web', 'web')).toBe('started listen 80 20\n');
  expect(await world.logs('web', 'web', { timestamps: 'true' })).toMatch(/^2026-03-02T10:00:0\d\.\d{9}Z started listen 80 20\n$/);
  expect(await world.logs('web', 'web', { limitBytes: '7' })).toBe('started');
});

test.each([
  {
    given: 'no earlier run',
    query: { previous: 'true' },
    container: 'web',
    says: 'previous terminated container "web" in pod "web" not found',
  },
  { given: 'an unknown container', query: {}, container: 'x', says: 'container x is not valid for pod web' },
])('logs of $given are refused', async ({ query, container, says }) => {
  const world = await running();
  expect(await world.logs('web', container, query as Record<string, string>)).toBe(says);
});

test('logs of a container that waits for its image say so', async () => {
  const world = createWorld();
  world.run('web', { containers: [{ name: 'web', image: 'nginx:nope' }] });
  await world.advance(100);
  expect(await world.logs('web', 'web')).toBe('container "web" in pod "web" is waiting to start: ContainerCreating');
  await world.advance(10 * second);
  expect(await world.logs('web', 'web')).toBe('container "web" in pod "web" is waiting to start: trying and failing to pull image');
});

test('exec streams output and ends with a Status that holds the exit code', async () => {
  const world = await running();
  expect(await exec(world, ['hello', 'there'])).toMatchObject({ out: 'hello there\n', status: { status: 'Success' } });
  expect((await exec(world, ['exit', '3'])).status).toMatchObject({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: 'command terminated with non-zero exit code: error executing command [exit 3], exit code 3',
    details: { causes: [{ reason: 'ExitCode', message: '3' }] },
  });
});

test('a kubelet answers for its health', async () => {
  const world = await running();
  expect(await world.kubelet.handle('node01')({ method: 'GET', path: '/healthz', credentials: {} })).toMatchObject({
    code: 200,
    body: 'ok',
  });
});
