// A served cluster behind the command line: the terminal shows to the letter what it shows without. Both start from a cluster that has
// been served before: the authority that the first `serve` makes changes it. And what is left when the server dies.
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { headerOf, headOf, REPLY_HEADER, REQUEST_HEADER, type RequestHead } from '../../src/client/socket-wire.ts';
import { type Serving, serve } from '../../src/cluster/serve.ts';
import { acquireLock } from '../../src/state/lock.ts';
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

function copied(): Place {
  const at = fresh();
  cpSync(stateOf(made), stateOf(at));
  return at;
}

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
    const [alone, behind] = [copied(), copied()];
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

test('the socket is private, and goes with the server', async () => {
  const at = copied();
  const served = await serving(at);
  expect((await run(['create', 'namespace', 'meanwhile'], at)).exitCode).toBe(0);
  const socket = `${stateOf(at)}.sock`;
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  await served.close();
  expect(statSync(socket, { throwIfNoEntry: false })).toBeUndefined();
  expect((await run(['create', 'namespace', 'afterwards'], at)).stdout).toBe('namespace/afterwards created\n');
});

test('what was done through it can be undone, command by command', async () => {
  const at = copied();
  const served = await serving(at);
  await run(['create', 'namespace', 'one'], at);
  await run(['create', 'namespace', 'two'], at);
  await served.close();
  expect((await run(['cluster', 'undo'], at, { program: 'kubemu' })).stderr).toBe('');
  expect((await run(['get', 'namespace', 'one', 'two'], at)).stderr).toBe('Error from server (NotFound): namespaces "two" not found\n');
});

test('when the server dies in the middle of a command, that command says so, and the next one takes over the file', async () => {
  const at = copied();
  const socket = `${stateOf(at)}.sock`;
  const lock = await acquireLock(stateOf(at), { socket });
  const server = createServer((message, reply) => {
    const { operation } = headOf<RequestHead>(String(message.headers[REQUEST_HEADER]));
    if (!operation) return void message.socket.destroy();
    reply.writeHead(200, { [REPLY_HEADER]: headerOf({ now: 0, code: 200, kind: 'none' }) }).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve);
  });
  expect(await run(['get', 'pods'], at)).toEqual({
    stdout: '',
    stderr:
      'error: kubemu serve, which held the cluster, went away in the middle of this command: look at what it has done before you repeat it\n',
    exitCode: 1,
  });
  const left = `${stateOf(at)}.lock`;
  const owner = JSON.parse(readFileSync(left, 'utf8'));
  await new Promise((resolve) => {
    server.close(resolve);
  });
  lock.release();
  writeFileSync(left, JSON.stringify({ ...owner, pid: 2 ** 22, started: 'long ago' }));
  expect(await run(['create', 'namespace', 'afterwards'], at)).toEqual({
    stdout: 'namespace/afterwards created\n',
    stderr: '',
    exitCode: 0,
  });
});
