// A request to a Pod is an input of its processes.
import { expect, test } from 'vitest';
import { exec } from './exec.ts';
import { createWorld, type World } from './harness.ts';

const second = 1000;
const minute = 60 * second;

const accessLog = async (w: World, pod = 'web'): Promise<string[]> =>
  (await w.logs(pod, 'c')).split('\n').filter((line) => line.includes('HTTP/1.1'));

/** A server, and a client that runs `script`. */
function serverAndClient(script: string, server: { image: string; command?: string[] } = { image: 'nginx' }): World {
  const w = createWorld({}, true);
  w.run('web', { containers: [{ name: 'c', ...server }] });
  w.run('client', { containers: [{ name: 'c', image: 'busybox', command: ['sh', '-c', script] }] });
  return w;
}

test('each request of a client shows in the access log of the server, with its address and its time', async () => {
  const w = serverAndClient('sleep 20; for i in 1 2 3; do wget -q -O /dev/null http://web/?n=$i; sleep 5; done; sleep 3600');
  await w.advance(50 * second);
  const lines = await accessLog(w);
  expect(lines.map((line) => /"GET (\S+)/.exec(line)?.[1])).toEqual(['/?n=1', '/?n=2', '/?n=3']);
  expect(lines[0]).toContain(w.pod('client').status?.podIP);
  expect(new Set(lines.map((line) => /\[(.+)\]/.exec(line)?.[1])).size).toBe(3);
});

test('a request that somebody types leaves its line too, and looking at logs leaves none', async () => {
  const w = serverAndClient('sleep 3600');
  await w.advance(30 * second);
  expect((await exec(w, 'client', 'c', ['wget', '-qO-', 'http://web'])).out).toContain('Welcome to nginx!');
  expect(await accessLog(w)).toHaveLength(1);
  await w.logs('client', 'c');
  expect(await accessLog(w)).toHaveLength(1);
});

test('a Pod that asks itself writes into its own log', async () => {
  const w = serverAndClient('true');
  await w.advance(30 * second);
  await exec(w, 'web', 'c', ['curl', '-s', 'http://localhost/self']);
  expect((await accessLog(w)).at(-1)).toMatch(/^127\.0\.0\.1 .*"GET \/self HTTP\/1\.1" 404/);
});

test('nc that serves one connection ends with it', async () => {
  const w = serverAndClient('sleep 3600', {
    image: 'busybox',
    command: ['sh', '-c', 'printf "HTTP/1.1 200 OK\\r\\n\\r\\nhi" | nc -l -p 80; exit 7'],
  });
  await w.advance(30 * second);
  expect((await exec(w, 'client', 'c', ['wget', '-qO-', 'http://web'])).out).toBe('hi');
  await w.advance(5 * second);
  expect(w.pod('web').status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(7);
});

test('a loop of requests costs a bounded number of looks, and all of its first ones arrive', async () => {
  const w = serverAndClient('sleep 10; while true; do wget -q -O /dev/null http://web; sleep 1; done');
  await w.advance(2 * minute);
  const early = await accessLog(w);
  expect(early.length).toBeGreaterThan(105);
  const before = w.reconciles();
  await w.advance(15 * minute);
  expect(w.reconciles() - before).toBeLessThan(400);
  expect((await accessLog(w)).length).toBeGreaterThan(250);
});

test('going there in steps or at once leaves the same, the log of the server too', async () => {
  const run = async (steps: number[], look: boolean): Promise<unknown> => {
    const w = serverAndClient('sleep 9; while true; do wget -q -O /tmp/page http://web && date >> /tmp/log; sleep 3; done');
    for (const step of steps) {
      await w.advance(step);
      if (look) await w.logs('client', 'c');
    }
    return [[...w.store.range<unknown>('')], w.events, await w.logs('web', 'c')];
  };
  const whole = await run([5 * minute], false);
  expect(await run([20 * second, 777, 4223, 33_333, 5 * minute - 58_333], true)).toEqual(whole);
});
