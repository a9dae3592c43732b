// Transcripts with a served cluster behind the command line: the terminal shows to the letter what it shows without. Both start from a
// cluster that has been served before: the authority that the first `serve` makes changes it.
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Serving, serve } from '../../src/cluster/serve.ts';
import { type Place, place, run } from '../cli/run.ts';
import { type CommandStep, parseTranscript } from '../transcripts/format.ts';
import { runLine } from '../transcripts/shell.ts';

const folder = new URL('../transcripts/', import.meta.url);
const ENVIRONMENT = { KUBEMU_CLOCK: 'max', KUBEMU_SEED: 'terminal', KUBEMU_EPOCH: '2026-01-05T08:00:00Z', TZ: 'UTC' };
const FILES = (process.env.SERVED_TRANSCRIPTS ?? 'logs-and-exec,scale-and-rollout').split(',');
const fresh = (): Place => place({}, { ...ENVIRONMENT, PATH: process.env.PATH ?? '' });
const stateOf = (at: Place): string => join(at.env.KUBEMU_HOME ?? '', 'cluster.json');
const made = fresh();
const problems: string[] = [];

const serving = (at: Place): Promise<Serving> =>
  serve({
    stateFile: stateOf(at),
    bindAddress: '127.0.0.1',
    securePort: 0,
    kubeconfig: join(dirname(at.cwd), 'kubeconfig'),
    env: at.env,
    report: (problem) => problems.push(problem),
  });

beforeAll(async () => {
  await (await serving(made)).close();
  expect((await run(['get', 'namespaces'], made)).stderr).toBe('');
}, 60_000);
afterAll(() => {
  rmSync(dirname(made.cwd), { recursive: true, force: true });
  expect(problems).toEqual([]);
});

/** What each command of the transcript shows, with its exit code. */
async function played(name: string, at: Place): Promise<string[]> {
  const shown: string[] = [];
  const { steps } = parseTranscript(readFileSync(new URL(`${name}.txt`, folder), 'utf8'));
  for (const step of steps.filter((one): one is CommandStep => one.kind !== 'comment')) {
    const { output, exitCode } = await runLine(step, at);
    shown.push(`$ ${step.line}\n${output}[exit ${exitCode}]`);
  }
  return shown;
}

test.each(FILES)(
  '%s shows the same through a served cluster',
  async (name) => {
    const [alone, behind] = [fresh(), fresh()];
    for (const at of [alone, behind]) cpSync(stateOf(made), stateOf(at));
    const served = await serving(behind);
    try {
      expect(await played(name, behind)).toEqual(await played(name, alone));
    } finally {
      await served.close();
      for (const at of [alone, behind]) rmSync(dirname(at.cwd), { recursive: true, force: true });
    }
  },
  60_000,
);
