// source: busybox 1.35 (ash and its applets), dash 0.5.12 with coreutils 9.1, bash 5.2; each script run by the real shell
import { expect, test } from 'vitest';
import { container, machine, run } from './machine-fixture.ts';
import shells from './shell-facts.json' with { type: 'json' };
import utilities from './utility-facts.json' with { type: 'json' };

type Fact = [script: string, stdout: string, stderr: string, code: number];

const tables = (what: string, facts: unknown): Record<string, Fact[]> =>
  Object.fromEntries(Object.entries(facts as Record<string, Fact[]>).map(([dialect, cases]) => [`${dialect} ${what}`, cases]));

test.each(Object.entries({ ...tables('language', shells), ...tables('utilities', utilities) }))(
  '%s: says what the real one says',
  async (table, cases) => {
    const [dialect] = table.split(' ');
    for (const [script, stdout, stderr, code] of cases) {
      const m = machine();
      m.start(container(['sleep', '1000'], { image: dialect === 'ash' ? 'busybox' : 'debian', env: { PATH: '/usr/bin:/bin' } }));
      const got = await run(m, 'main', [dialect === 'bash' ? 'bash' : 'sh', '-c', script], 10_000);
      expect({ script, ...got }).toEqual({ script, stdout, stderr, code });
    }
  },
);
