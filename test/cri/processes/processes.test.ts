import { describe, expect, test } from 'vitest';
import type { Machine } from '../../../src/cri/processes/machine.ts';
import { container, log, machine, run, sh, T0, world } from './machine-fixture.ts';

describe('a container', () => {
  test('ends with the exit code of its first process, at the instant it ends', async () => {
    const m = machine();
    m.start(sh('echo starting; sleep 10; echo failing >&2; exit 3'));
    await m.advance(T0 + 9_999);
    expect(m.container('main')?.state).toBe('running');
    await m.advance(T0 + 60_000);
    expect(m.container('main')).toMatchObject({ state: 'exited', exitCode: 3, finishedAt: T0 + 10_000 });
    expect(await log(m)).toEqual(['0 starting', '10 ! failing']);
  });

  test("that cannot start says so in the runtime's words", () => {
    const m = machine();
    m.start(container(['nope']));
    expect(m.container('main')).toMatchObject({
      state: 'exited',
      startError:
        'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "nope": executable file not found in $PATH',
    });
  });

  test('keeps the log of the run before', async () => {
    const m = machine();
    m.start(sh('echo one'));
    await m.advance(T0 + 1000);
    m.start(sh('echo two'));
    await m.advance(T0 + 2000);
    expect(await log(m)).toEqual(['1 two']);
    expect(await log(m, 'main', { previous: true })).toEqual(['0 one']);
  });

  test('PID 1 ignores TERM without a handler, and KILL from outside ends it', async () => {
    const m = machine();
    m.start(container(['sleep', 'infinity']));
    await m.advance(T0 + 1000);
    m.kill('main', 15);
    await m.advance(T0 + 2000);
    expect(m.container('main')?.state).toBe('running');
    m.kill('main', 9);
    expect(m.container('main')).toMatchObject({ state: 'exited', exitCode: 137, signal: 9 });
  });

  test('a trap on TERM runs at once when the shell waits, and after the command when one is in front', async () => {
    const m = machine();
    m.start(sh('trap "echo bye; exit 0" TERM; sleep 100 & wait', { name: 'waits' }));
    m.start(sh('trap "echo bye; exit 0" TERM; sleep 100', { name: 'sleeps' }));
    await m.advance(T0 + 1000);
    m.kill('waits', 15);
    m.kill('sleeps', 15);
    await m.advance(T0 + 200_000);
    expect(m.container('waits')).toMatchObject({ exitCode: 0, finishedAt: T0 + 1000 });
    expect(m.container('sleeps')).toMatchObject({ exitCode: 0, finishedAt: T0 + 100_000 });
  });

  test('over its memory limit is killed', async () => {
    const m = machine();
    m.start(
      container(['stress', '--vm', '1', '--vm-bytes', '250M', '--vm-hang', '1'], {
        image: 'polinux/stress',
        memoryLimit: 100 * 1024 * 1024,
      }),
    );
    await m.advance(T0 + 1000);
    expect(m.container('main')).toMatchObject({ state: 'exited', exitCode: 137, oomKilled: true });
  });

  test('with a read-only root can write to its volumes only', async () => {
    const m = machine();
    m.putVolume('data', {});
    m.start(container(['sleep', '100'], { readOnlyRootFilesystem: true, mounts: [{ path: '/data', volume: 'data' }] }));
    expect(await run(m, 'main', ['sh', '-c', 'echo x > /data/f; cat /data/f; echo y > /tmp/f'])).toMatchObject({
      stdout: 'x\n',
      stderr: "sh: can't create /tmp/f: Read-only file system\n",
      code: 1,
    });
  });
});

describe('a token', () => {
  const mounts = [{ path: '/run/secrets', volume: 'token' }];
  const kept = (m: Machine) => JSON.stringify(m.snapshot());
  const put = (m: Machine) => m.putVolume('token', { token: { text: 'head.claims', unsigned: true } });

  test('is signed when a process opens it, however it reads it, and its size is never another', async () => {
    for (const read of ['cat /run/secrets/token', 'head -c 200 /run/secrets/token', 'cp /run/secrets/token /tmp/t; cat /tmp/t']) {
      const m = machine();
      put(m);
      m.start(sh('sleep 1000', { mounts }));
      await m.advance(T0 + 500);
      expect(await run(m, 'main', ['stat', '-c', '%s', '/run/secrets/token'])).toMatchObject({ stdout: '98\n' });
      expect(await run(m, 'main', ['sh', '-c', read])).toMatchObject({ stdout: `head.claims.${'s'.repeat(86)}` });
      expect(await run(m, 'main', ['stat', '-c', '%s', '/run/secrets/token'])).toMatchObject({ stdout: '98\n' });
      expect(kept(m)).not.toContain('unsigned');
    }
  });

  test('stays as it is when nobody reads it, and when the same is put again', async () => {
    const m = machine();
    put(m);
    m.start(sh('sleep 1000', { mounts }));
    await m.advance(T0 + 500);
    expect(kept(m)).not.toContain('sss');
    await run(m, 'main', ['cat', '/run/secrets/token']);
    const read = kept(m);
    put(m);
    expect(kept(m)).toBe(read);
  });
});

describe('processes of one Pod', () => {
  test('share volumes: a sidecar follows the file that the application writes', async () => {
    const m = machine();
    m.putVolume('logs', {});
    const mounts = [{ path: '/var/log', volume: 'logs' }];
    m.start(sh('while true; do echo $(date) Writing Logs >> /var/log/app.log; sleep 5; done', { name: 'app', mounts }));
    await m.advance(T0 + 500);
    m.start(sh('tail -f /var/log/app.log', { name: 'sidecar', mounts }));
    await m.advance(T0 + 11_000);
    expect(await log(m, 'sidecar')).toEqual([
      '0.5 Fri Nov 20 13:45:00 UTC 2026 Writing Logs',
      '5.5 Fri Nov 20 13:45:05 UTC 2026 Writing Logs',
      '10.5 Fri Nov 20 13:45:10 UTC 2026 Writing Logs',
    ]);
  });

  test('share ports: the second nginx cannot bind, says so, and exits 1', async () => {
    const m = machine();
    const argv = ['/docker-entrypoint.sh', 'nginx', '-g', 'daemon off;'];
    m.start(container(argv, { name: 'one', image: 'nginx' }));
    m.start(container(argv, { name: 'two', image: 'nginx' }));
    await m.advance(T0 + 10_000);
    expect(m.listeners()).toEqual([{ container: 'one', port: 80, address: '0.0.0.0' }]);
    expect(m.container('two')).toMatchObject({ state: 'exited', exitCode: 1 });
    expect((await log(m, 'two')).at(-1)).toMatch(/! nginx: \[emerg\] still could not bind\(\)$/);
    const { status, body } = await m.exchange(80, { method: 'GET', path: '/', host: 'web', headers: {}, body: '' });
    expect([status, body.includes('Welcome to nginx!')]).toEqual([200, true]);
    m.kill('one', 15);
    expect(m.container('one')).toMatchObject({ state: 'exited', exitCode: 0 });
  });

  test('pipes stream: what grep lets through appears as it is written', async () => {
    const m = machine();
    m.start(sh('for i in 1 2 3 4; do echo "line $i"; sleep 1; done | grep -v 2 | while read l; do echo "got $l"; done'));
    await m.advance(T0 + 10_000);
    expect(await log(m)).toEqual(['0 got line 1', '2 got line 3', '3 got line 4']);
  });

  test('tail -f looks once a second, as busybox does, and grep passes on what it reads', async () => {
    const m = machine();
    m.start(sh('touch /f; (while true; do echo a >> /f; echo b >> /f; sleep 2; done) & tail -f /f | grep b'));
    await m.advance(T0 + 5_000);
    expect(await log(m)).toEqual(['0 b', '3 b', '5 b']);
  });
});

describe('the network', () => {
  test('a loop until a port opens waits without waking, and goes on when it opens', async () => {
    const w = world();
    const m = machine(w);
    m.start(sh('until nc -z db 5432; do sleep 1; done; echo ready'));
    await m.advance(T0);
    const projection = await m.project();
    expect(projection).toEqual({ reads: ['/kubemu/net/listeners/db/5432'] });
    const dials = w.dials;
    await m.advance(T0 + 3_600_500);
    expect(m.container('main')?.state).toBe('running');
    expect(w.dials - dials).toBeLessThan(5);
  });

  test('what it did meanwhile does not change when a port opens at last: the projection says when the difference shows', async () => {
    const w = world();
    const m = machine(w);
    m.start(sh('until nc -z db 5432; do sleep 7; done; echo ready; sleep 10; exit 3'));
    await m.advance(T0);
    await m.advance(T0 + 100_000);
    w.open.set('db:5432', '');
    const { at } = await m.project();
    expect(at).toBe(T0 + 105_000);
    await m.advance(T0 + 105_000);
    expect((await m.project()).at).toBe(T0 + 115_000);
    await m.advance(T0 + 200_000);
    expect(m.container('main')).toMatchObject({ state: 'exited', exitCode: 3, finishedAt: T0 + 115_000 });
  });

  test.each([
    ['nc -z -w 1 db 80', 1, 'nc: db (10.96.1.1:80): Connection refused\n', ''],
    ['wget -qO- http://web', 0, '', 'hello'],
    ['wget -q -O - web:81', 1, "wget: can't connect to remote host (10.96.1.2): Connection refused\n", ''],
    ['wget -qO- http://nowhere', 1, "wget: bad address 'nowhere'\n", ''],
    ['nslookup nowhere', 1, '', "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n** server can't find nowhere: NXDOMAIN\n\n"],
  ])('%s', async (command, code, stderr, stdout) => {
    const w = world();
    w.open.set('web:80', 'hello');
    const m = machine(w);
    m.start(container(['sleep', '100']));
    expect(await run(m, 'main', ['sh', '-c', command])).toEqual({ code, stderr, stdout });
  });
});

describe('a projection', () => {
  test.each([
    ['sleep 30; exit 1', T0 + 30_000],
    ['while true; do date; sleep 5; done', undefined],
    ['i=0; while true; do i=$((i+1)); echo $i; sleep 1; done', undefined],
    ['sleep infinity', undefined],
    ['sleep 3600', T0 + 3_600_000],
  ])('%s: the next instant that somebody could notice', async (script, at) => {
    const m = machine();
    m.start(sh(script));
    await m.advance(T0);
    expect((await m.project()).at).toBe(at);
  });

  test('changes nothing', async () => {
    const m = machine();
    m.start(sh('for i in 1 2 3; do echo $i; sleep 1; done'));
    await m.advance(T0 + 1500);
    const before = JSON.stringify(m.snapshot());
    await m.project();
    expect(JSON.stringify(m.snapshot())).toBe(before);
  });
});

test('a shell reads commands from standard input', async () => {
  const m = machine();
  m.start(container(['sleep', '100']));
  const handle = m.exec('main', { argv: ['sh'], stdin: true });
  m.execInput(handle, Buffer.from('x=1\nfor i in 1 2; do\necho $i$x\ndone\n'));
  await m.advance(T0 + 10);
  expect(Buffer.concat(m.execOutput(handle).map((o) => o.data)).toString()).toBe('11\n21\n');
  expect(m.execResult(handle)).toEqual({});
  m.execInput(handle, Buffer.from('exit 4\n'));
  await m.advance(T0 + 20);
  expect(m.execResult(handle)).toEqual({ exitCode: 4 });
});

test('tar carries files between containers, as kubectl cp does', async () => {
  const m = machine();
  m.start(container(['sleep', '100']));
  m.start(container(['sleep', '100'], { name: 'other' }));
  await run(m, 'main', ['sh', '-c', 'mkdir -p /src/d; echo one > /src/a; echo two > /src/d/b']);
  const archive = await run(m, 'main', ['tar', 'cf', '-', '-C', '/', 'src']);
  const handle = m.exec('other', { argv: ['tar', '-xmf', '-', '-C', '/tmp'], stdin: true });
  m.execInput(handle, Buffer.from(archive.stdout));
  m.execInput(handle, 'eof');
  await m.advance(m.now + 1);
  expect(await run(m, 'other', ['sh', '-c', 'cat /tmp/src/a /tmp/src/d/b'])).toMatchObject({ stdout: 'one\ntwo\n', code: 0 });
});

test('a container that keeps its standard input open waits for commands; without it a shell ends at once', async () => {
  const m = machine();
  m.start(container(['sh'], { stdin: true, tty: true }));
  m.start(container(['sh'], { name: 'closed' }));
  await m.advance(T0 + 1000);
  expect(m.container('closed')).toMatchObject({ state: 'exited', exitCode: 0 });
  m.execInput('stdin:main', Buffer.from('echo hi\n'));
  await m.advance(T0 + 2000);
  expect(await log(m)).toEqual(['1 / # echo hi', '1 hi', '2 / # ']);
  m.execInput('stdin:main', 'eof');
  await m.advance(T0 + 3000);
  expect(m.container('main')).toMatchObject({ state: 'exited', exitCode: 0 });
});
