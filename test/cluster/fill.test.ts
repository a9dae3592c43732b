// kubemu cluster fill: copies are as real as what they were copied from.
import { describe, expect, test } from 'vitest';
import { replaceWords } from '../../src/machinery/words.ts';
import { place, run } from '../cli/run.ts';

test.each([
  { text: '"192.168.1.4" and 192.168.1.40', words: [['192.168.1.4', '10.0.0.1']] as const, becomes: '"10.0.0.1" and 192.168.1.40' },
  { text: JSON.stringify('a\tweb-1\nweb'), words: [['web', 'x'] as const, ['web-1', 'y'] as const], becomes: JSON.stringify('a\ty\nx') },
])('whole words of $text are replaced, the longest first', ({ text, words, becomes }) => {
  expect(replaceWords(text, words)).toBe(becomes);
});

describe('a filled cluster', () => {
  const at = place({}, { KUBEMU_EPOCH: '2026-01-01T00:00:00Z', KUBEMU_SEED: '1', KUBEMU_CLOCK: 'max' });
  const kubemu = (...argv: string[]) => run(argv, at, { program: 'kubemu' });
  const kubectl = (...argv: string[]) => run(argv, at);
  const podsOf = async (app: string) =>
    (await kubectl('get', 'pods', '-A', '-l', `app=${app}`, '-o', 'jsonpath={.items[*].metadata.name}')).stdout.split(' ');

  test('has as many Pods as asked for, all running, over all workers', async () => {
    expect(await kubemu('cluster', 'fill', '--pods=47', '--namespaces=2', '--per-deployment=5')).toEqual({
      stdout: '47 Pods of 10 Deployments run in namespaces fill-001 to fill-002.\n',
      stderr: '',
      exitCode: 0,
    });
    const { stdout } = await kubectl('get', 'pods', '-A', '-o', 'wide', '--no-headers');
    const lines = stdout.split('\n').filter((line) => line.startsWith('fill-'));
    expect(lines.length).toBe(47);
    expect(lines.filter((line) => !/ 1\/1 +Running +0 /.test(line))).toEqual([]);
    expect(new Set(lines.map((line) => /192\.168\.\d+\.\d+/.exec(line)?.[0])).size).toBe(47);
    expect(lines.filter((line) => line.includes(' node01 ')).length).toBeGreaterThan(20);
  });

  test('lets nothing happen by itself: what was copied had settled', async () => {
    const version = async () =>
      (await kubectl('get', 'deploy', '-n', 'fill-002', '-o', 'jsonpath={.items[*].metadata.resourceVersion}')).stdout;
    const before = await version();
    await kubemu('clock', 'advance', '30m');
    expect(await version()).toBe(before);
  });

  test('has processes behind its copies, with names and addresses of their own', async () => {
    const [pod = ''] = await podsOf('app-00007');
    const { stdout } = await kubectl('exec', '-n', 'fill-002', pod, '--', 'sh', '-c', 'hostname; cat /etc/hosts; curl -s http://app-00008');
    const ip = (await kubectl('get', 'pod', '-n', 'fill-002', pod, '-o', 'jsonpath={.status.podIP}')).stdout;
    expect(stdout).toMatch(new RegExp(`^${pod}\n`));
    expect(stdout).toContain(`${ip}\t${pod}\n`);
    expect(stdout).toContain('Welcome to nginx!');
  });

  test('goes on like any other when something is changed', async () => {
    const [pod = ''] = await podsOf('app-00009');
    await kubectl('delete', 'pod', '-n', 'fill-002', pod);
    await kubectl('scale', 'deploy/app-00009', '-n', 'fill-002', '--replicas=7');
    await kubectl('rollout', 'status', 'deploy/app-00009', '-n', 'fill-002');
    const now = await podsOf('app-00009');
    expect([now.length, now.includes(pod)]).toEqual([7, false]);
    await kubectl('delete', 'namespace', 'fill-002');
    expect((await kubectl('get', 'pods', '-n', 'fill-002')).stderr).toBe('No resources found in fill-002 namespace.\n');
  });

  test('refuses what does not fit', async () => {
    expect((await kubemu('cluster', 'fill', '--pods=1000')).stderr).toMatch(
      /^error: 1000 Pods do not fit: the workers have room for \d+\n$/,
    );
    expect((await kubemu('cluster', 'fill', '--pods=0')).stderr).toBe('error: --pods must be between 1 and 150000, not 0\n');
    expect((await kubemu('cluster', 'fill')).stderr).toBe('error: required flag(s) "pods" not set\n');
  });
});
