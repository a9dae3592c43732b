import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Machine } from '../../../src/cri/processes/machine.ts';
import { openMachine } from '../../../src/cri/processes/open.ts';
import { hostOf, log, machine, run, sh, T0 } from './machine-fixture.ts';

const WORKLOADS: [string, string][] = [
  ['while true; do echo $(date) Writing Logs >> /logs/app.log; sleep 5; done', 'sleep 1; tail -f /logs/app.log'],
  [
    'i=0; while true; do echo "$i: $(date)" >> /logs/app.log; echo $i; i=$((i+1)); sleep 1; done',
    'sleep 2; tail -f /logs/app.log | grep 5',
  ],
  [
    'while true; do d=$(date +%F_%T); echo "[$d] hi" | tee -a /logs/app.log; sleep 2; done',
    'while sleep 3; do wc -l < /logs/app.log; done',
  ],
  ['n=100; while :; do n=$((n-3)); echo "$n $((n*2))" >> /logs/app.log; sleep 7; done', 'sleep 1; tail -n 1 -f /logs/app.log'],
  [
    'i=0; while true; do i=$((i+1)); if [ $((i % 3)) -eq 0 ]; then echo fizz; else echo $i; fi; sleep 1; done',
    'while true; do date > /logs/app.log; sleep 4; done',
  ],
  ['while true; do echo tick >> /logs/app.log; sleep 1; done', 'while true; do echo "size $(cat /logs/app.log | wc -c)"; sleep 10; done'],
  [
    'x=start; while true; do echo "$x at $(date +%s)"; x="after $(date +%T)"; sleep 30; done',
    'while true; do cat /logs/app.log 2>/dev/null; sleep 60; done',
  ],
  ['a=0; b=5; while true; do a=$((a+b)); msg="sum $a"; echo $msg; echo $msg >> /logs/app.log; sleep 2; done', 'sleep 100; exit 3'],
];

function start([first, second]: [string, string]): Machine {
  const m = machine();
  m.putVolume('logs', { 'app.log': { text: '' } });
  const mounts = [{ path: '/logs', volume: 'logs' }];
  m.start(sh(first, { name: 'a', mounts }));
  m.start(sh(second, { name: 'b', mounts }));
  return m;
}

async function sight(m: Machine): Promise<unknown> {
  return [
    await log(m, 'a'),
    await log(m, 'b'),
    Buffer.from((await m.readFile('a', '/logs/app.log')) ?? []).toString(),
    m.container('a'),
    m.container('b'),
  ];
}

/** The slow path: short steps never see a cycle. */
async function slowly(m: Machine, to: number): Promise<void> {
  while (m.now < to) await m.advance(Math.min(to, m.now + 4_000));
}

describe('a cycle is jumped', () => {
  test.each(WORKLOADS)('%s beside %s reads as if it had run', async (first, second) => {
    const fast = start([first, second]);
    const slow = start([first, second]);
    await fast.advance(T0 + 200_500);
    await slowly(slow, T0 + 200_500);
    expect(await sight(fast)).toEqual(await sight(slow));
  });

  test('over midnight, where the date grows no wider', async () => {
    const workload: [string, string] = ['while true; do date; sleep 600; done', 'sleep 1'];
    const fast = start(workload);
    const slow = start(workload);
    await fast.advance(T0 + 2 * 86_400_000);
    while (slow.now < T0 + 2 * 86_400_000) await slow.advance(slow.now + 1_200_000);
    expect(await sight(fast)).toEqual(await sight(slow));
  });

  test('three weeks of a sidecar are looked at exactly and quickly', async () => {
    const m = start(['while true; do echo $(date) Writing Logs >> /logs/app.log; sleep 5; done', 'sleep 1; tail -f /logs/app.log']);
    await m.advance(T0 + 21 * 86_400_000);
    expect(await run(m, 'a', ['sh', '-c', 'tail -2 /logs/app.log; wc -l /logs/app.log'])).toMatchObject({
      stdout: 'Fri Dec 11 13:44:55 UTC 2026 Writing Logs\nFri Dec 11 13:45:00 UTC 2026 Writing Logs\n362881 /logs/app.log\n',
    });
    expect((await log(m, 'b', { tail: 2 })).map((l) => l.replace(/^\S+ /, ''))).toEqual([
      'Fri Dec 11 13:44:50 UTC 2026 Writing Logs',
      'Fri Dec 11 13:44:55 UTC 2026 Writing Logs',
    ]);
    expect(JSON.stringify(m.snapshot()).length).toBeLessThan(50_000);
  });
});

test('a machine that is closed and opened at any instants goes on the same', async () => {
  const workload = fc.constantFrom(...WORKLOADS);
  const instants = fc.array(fc.integer({ min: 0, max: 90_000 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(workload, instants, async (scripts, stops) => {
      const straight = start(scripts);
      await straight.advance(T0 + 90_000);
      let broken = start(scripts);
      for (const stop of [...stops].sort((x, y) => x - y)) {
        await broken.advance(T0 + stop);
        broken = openMachine(JSON.parse(JSON.stringify(broken.snapshot())), hostOf(), broken.now);
      }
      await broken.advance(T0 + 90_000);
      expect(await sight(broken)).toEqual(await sight(straight));
    }),
    { numRuns: 4, seed: 7 },
  );
});
