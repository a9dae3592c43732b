import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { place, run } from './run.ts';

describe('kubemu cluster', () => {
  const at = place({}, { KUBEMU_EPOCH: '2026-01-01T00:00:00Z' });
  const kubemu = (...argv: string[]) => run(argv, at, { program: 'kubemu' });
  const state = join(at.env.KUBEMU_HOME ?? '', 'clusters', 'exam.json');

  test('create makes the state and a current context', async () => {
    expect(await kubemu('cluster', 'create', 'exam', '--nodes=cp,worker', '--clock=max', '--seed=1')).toEqual({
      stdout: `Cluster "exam" created: cp, worker.\nState: ${state}\n`,
      stderr: '',
      exitCode: 0,
    });
    expect((await kubemu('config', 'current-context')).stdout).toBe('exam\n');
    expect((await kubemu('cluster', 'list', '-o', 'name')).stdout).toBe('exam\nkubernetes\n');
    expect((await kubemu('cluster', 'list')).stdout).toMatch(/│ \* │ exam +│ exam +│ .*exam\.json +│ \d+ KiB/);
  });

  test('create refuses a cluster that is there', async () => {
    expect(await kubemu('cluster', 'create', 'exam')).toEqual({
      stdout: '',
      stderr: `error: there is a cluster in ${state} already\n`,
      exitCode: 1,
    });
  });

  test('clock advance lets time pass at once', async () => {
    const at0 = /Time: +(.*)/.exec((await kubemu('clock')).stdout)?.[1] ?? '';
    const result = await kubemu('clock', 'advance', '1h');
    expect(result).toMatchObject({ stderr: '', exitCode: 0 });
    const at1 = /Time: +(.*)/.exec(result.stdout)?.[1] ?? '';
    expect(Date.parse(at1) - Date.parse(at0)).toBeGreaterThanOrEqual(3_600_000);
    expect(result.stdout).toContain('Mode:   max\n');
  });

  test('delete takes the state and the context away', async () => {
    expect((await kubemu('cluster', 'delete', 'exam')).stdout).toBe('Cluster "exam" deleted.\n');
    expect(existsSync(state)).toBe(false);
    expect((await kubemu('config', 'get-contexts', '-o', 'name')).stdout).toBe('kubernetes-admin@kubernetes\n');
    expect((await kubemu('cluster', 'delete', 'exam')).stderr).toBe('error: no kubemu cluster named "exam"\n');
  });

  test.each([
    { words: ['create', 'Bad_Name'], error: 'error: "Bad_Name" is not a cluster name: it must be a lowercase RFC 1123 label\n' },
    { words: ['create', 'x', '--nodes=a,a'], error: 'error: two nodes cannot have the same name\n' },
    { words: ['create', 'x', '--workers=-1'], error: 'error: --workers must be between 0 and 4999\n' },
    { words: ['create', 'x', '--memory=lots'], error: 'error: --memory must be a quantity of at least 1048576, not "lots"\n' },
    { words: ['create', 'x', '--clock=fast'], error: 'error: --clock must be real or max, not "fast"\n' },
    { words: ['use', 'nope'], error: 'error: no kubemu cluster named "nope"\n' },
  ])('$words is refused', async ({ words, error }) => {
    expect(await kubemu('cluster', ...words)).toEqual({ stdout: '', stderr: error, exitCode: 1 });
  });

  test('kubectl does not know the command', async () => {
    expect((await run(['cluster', 'list'], at)).stderr).toMatch(/^error: unknown command "cluster" for "kubectl"/);
  });
});

test.each([
  { words: ['clock', 'advance', '10'], error: 'error: time: missing unit in duration "10"\n' },
  { words: ['clock', 'advance', '0s'], error: 'error: time passes forward only: 0s\n' },
  { words: ['clock', 'speed', '0'], error: 'error: speed must be a number above 0 and up to 1000000, not "0"\n' },
  {
    words: ['clock', 'backwards'],
    error: "error: expected one of: show, real, max, advance DURATION, speed FACTOR\nSee 'kubemu clock -h' for help and examples\n",
  },
  { words: ['env', '--shell=tcsh'], error: 'error: --shell must be one of bash, zsh, sh, fish, not "tcsh"\n' },
])('kubemu $words is refused', async ({ words, error }) => {
  expect(await run(words, place(), { program: 'kubemu' })).toEqual({ stdout: '', stderr: error, exitCode: 1 });
});

test('kubemu env puts the shims first on the PATH', async () => {
  const { stdout } = await run(['env', '--shell=bash'], place({}, { KUBEMU_STATE: "it's.json" }), { program: 'kubemu' });
  expect(stdout).toMatch(/^export PATH='.*\/bin\/shims':"\$PATH"\n/);
  expect(stdout).toContain("export KUBEMU_STATE='it'\\''s.json'\n");
});

test('kubemu env puts kubectl, k and kubemu on the PATH', async () => {
  const { stdout } = await run(['env'], place(), { program: 'kubemu' });
  const folder = /^export PATH='(.*)':"\$PATH"$/m.exec(stdout)?.[1] ?? '';
  for (const name of ['kubectl', 'k', 'kubemu']) expect(() => accessSync(join(folder, name), constants.X_OK)).not.toThrow();
});
