// The samples, as a user runs them: applied, updated, rolled back, scaled, drained around and deleted, at clock `max`.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Place, place, run } from '../cli/run.ts';

const env = { KUBEMU_CLOCK: 'max', KUBEMU_SEED: '11', KUBEMU_EPOCH: '2026-03-01T12:00:00Z' };
const sample = (name: string): string => join(import.meta.dirname, '..', '..', 'manifests', 'samples', `${name}.yaml`);

const first = place({}, env);
beforeAll(async () => {
  await ok('get nodes', first);
}, 60_000);

/** A cluster of its own: a copy of the fresh one. */
function freshCluster(): Place {
  const at = place({}, env);
  cpSync(first.env.KUBEMU_HOME ?? '', at.env.KUBEMU_HOME ?? '', { recursive: true });
  return at;
}

/** Standard output of a command that must succeed. */
async function ok(line: string, at: Place, program = 'kubectl'): Promise<string> {
  const { stdout, stderr, exitCode } = await run(line.split(' '), at, { program });
  expect(exitCode, `${line}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

describe.each([
  {
    name: 'guestbook',
    workloads: ['deploy/redis-leader', 'deploy/redis-follower', 'deploy/frontend'],
    main: 'deploy/frontend',
    container: 'web',
    image: 'nginx:1.28',
    scale: 5,
    pods: 8,
  },
  {
    name: 'wordpress',
    workloads: ['deploy/wordpress-mysql', 'deploy/wordpress'],
    main: 'deploy/wordpress',
    container: 'wordpress',
    image: 'wordpress:6.9-apache',
    scale: 2,
    pods: 3,
  },
  { name: 'database', workloads: ['sts/db'], main: 'sts/db', container: 'postgres', image: 'postgres:17', scale: 4, pods: 4 },
  {
    name: 'shop',
    workloads: ['deploy/frontend', 'deploy/checkout', 'deploy/cart-store'],
    main: 'deploy/frontend',
    container: 'server',
    image: 'ghcr.io/example/shop-frontend:v2',
    scale: 4,
    pods: 14,
  },
])('the sample $name', ({ name, workloads, main, container, image, scale, pods }) => {
  let at: Place;
  const imageNow = () => ok(`get ${main} -o jsonpath={.spec.template.spec.containers[0].image}`, at);
  const running = async () =>
    (await ok('get pods --no-headers', at))
      .trim()
      .split('\n')
      .filter((line) => / 1\/1 +Running /.test(line)).length;

  beforeAll(async () => {
    at = freshCluster();
    await ok(`apply -f ${sample(name)}`, at);
    for (const workload of workloads) await ok(`rollout status ${workload} --timeout=300s`, at);
  }, 60_000);

  test('becomes ready, takes a new image and goes back', async () => {
    expect(await ok('get pods --no-headers', at)).not.toMatch(/0\/1/);
    const before = await imageNow();
    await ok(`set image ${main} ${container}=${image}`, at);
    await ok(`rollout status ${main} --timeout=300s`, at);
    expect(await imageNow()).toBe(image);
    await ok(`rollout undo ${main}`, at);
    await ok(`rollout status ${main} --timeout=300s`, at);
    expect(await imageNow()).toBe(before);
  });

  test('grows, and survives the draining of a node', async () => {
    await ok(`scale ${main} --replicas=${scale}`, at);
    await ok(`rollout status ${main} --timeout=300s`, at);
    expect(await running()).toBe(pods);
    const claims = (await ok('get pvc --no-headers', at)).trim();
    // A volume of a node keeps its Pod from coming back elsewhere, and so the budget keeps the next one from going.
    const force = name === 'database' ? ' --disable-eviction' : '';
    await ok(`drain node02 --ignore-daemonsets --delete-emptydir-data --timeout=300s${force}`, at);
    expect(await ok('get pods --no-headers --field-selector spec.nodeName=node02', at)).toBe('');
    await ok('uncordon node02', at);
    for (const workload of workloads) await ok(`rollout status ${workload} --timeout=300s`, at);
    expect(await running()).toBe(pods);
    expect((await ok('get pvc --no-headers', at)).trim().split('\n').length).toBe(claims.split('\n').length);
  });

  test('is gone when it is deleted', async () => {
    await ok(`delete -f ${sample(name)}`, at);
    expect(await ok('get pods,deploy,sts,rs --no-headers', at)).toBe('');
  });
});

test('the sample backup runs every night, keeps two Jobs, and writes to its volume', async () => {
  const at = freshCluster();
  await ok(`apply -f ${sample('backup')}`, at);
  await ok('clock advance 73h', at, 'kubemu');
  const jobs = (await ok('get jobs --no-headers', at)).trim().split('\n');
  expect(jobs.map((line) => line.split(/ +/).slice(1, 3))).toEqual([
    ['Complete', '1/1'],
    ['Complete', '1/1'],
  ]);
  const [last = ''] = jobs.at(-1)?.split(' ') ?? [];
  expect(await ok(`logs job/${last}`, at)).toBe('wrote /backup/2026-03-04.txt\n');
  await ok(`delete -f ${sample('backup')}`, at);
  expect(await ok('get jobs,pods --no-headers', at)).toBe('');
});
