// Each file under transcripts/ is what a terminal would show, played in a fresh cluster at clock max with a fixed seed and start, so
// that ages, addresses and names come out the same. `UPDATE=1 npx vitest run test/transcripts.test.ts` rewrites them; read the diff.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Place, place, run } from './cli/run.ts';
import { parseTranscript, renderTranscript, type Step } from './transcripts/format.ts';
import { runLine } from './transcripts/shell.ts';

const folder = new URL('./transcripts/', import.meta.url);
const updating = process.env.UPDATE === '1';
const ENVIRONMENT = { KUBEMU_CLOCK: 'max', KUBEMU_SEED: 'terminal', KUBEMU_EPOCH: '2026-01-05T08:00:00Z', TZ: 'UTC' };

const fresh = (): Place => place({}, { ...ENVIRONMENT, PATH: process.env.PATH ?? '' });
const made = fresh();

// The cluster is made once; each file gets a copy.
beforeAll(async () => {
  await run(['get', 'namespaces'], made);
}, 60_000);

describe.each(readdirSync(folder).filter((name) => name.endsWith('.txt')))('%s', (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');

  test('names its source in the first line', () => {
    expect(text).toMatch(/^# source: \S/);
  });

  test('shows what the terminal shows', async () => {
    const { header, steps } = parseTranscript(text);
    const at = fresh();
    // The kubeconfig beside it names the state file by its path, so it is not copied.
    cpSync(join(made.env.KUBEMU_HOME ?? '', 'cluster.json'), join(at.env.KUBEMU_HOME ?? '', 'cluster.json'));
    const played: Step[] = [];
    try {
      for (const step of steps) {
        if (step.kind === 'comment') played.push(step);
        else {
          const { output, exitCode } = await runLine(step, at);
          played.push({ ...step, output, exitCode });
          if (!updating) expect(renderTranscript('', [{ ...step, output, exitCode }])).toBe(renderTranscript('', [step]));
        }
      }
    } finally {
      rmSync(dirname(at.cwd), { recursive: true, force: true });
    }
    if (updating) writeFileSync(new URL(name, folder), renderTranscript(header, played));
  }, 60_000);
});
