// source: busybox 1.35 ash, dash 0.5.12 and bash 5.2, each script run by the real shell
import { expect, test } from 'vitest';
import { container, machine, run } from './machine-fixture.ts';
import facts from './shell-facts.json' with { type: 'json' };

type Fact = [script: string, stdout: string, stderr: string, code: number];

test.each(Object.entries(facts as unknown as Record<string, Fact[]>))('%s says what the real one says', async (dialect, cases) => {
  for (const [script, stdout, stderr, code] of cases) {
    const m = machine();
    m.start(container(['sleep', '1000'], { image: dialect === 'ash' ? 'busybox' : 'debian', env: { PATH: '/usr/bin:/bin' } }));
    const got = await run(m, 'main', [dialect === 'bash' ? 'bash' : 'sh', '-c', script], 10_000);
    expect({ script, ...got }).toEqual({ script, stdout, stderr, code });
  }
});
