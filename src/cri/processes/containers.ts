// The start of containers and of processes without a parent. Leaves out: what the runtime does before, see cri/runtime.
import { toBytes } from './bytes.ts';
import { absolute } from './files.ts';
import type { Kernel } from './kernel.ts';
import { newLog } from './log.ts';
import type { ContainerProcess } from './machine.ts';
import type { Process } from './state.ts';
import { newTty } from './tty.ts';

/** Under which handle a container's own standard input is fed. */
export const stdinOf = (container: string): string => `stdin:${container}`;

export function startContainer(kernel: Kernel, spec: ContainerProcess): void {
  kernel.forgetPrograms();
  const s = kernel.s;
  const before = s.containers[spec.name];
  for (const p of s.procs.filter((q) => q.c === spec.name)) kernel.terminate(p, 9);
  const container = {
    spec,
    names: {},
    status: { state: 'running' as const, startedAt: kernel.now },
    log: newLog(),
    previous: before ? before.log : null,
    runs: (before?.runs ?? 0) + 1,
  };
  const dropped = before?.names ?? {};
  s.containers[spec.name] = container;
  for (const ino of Object.values(dropped)) if (ino >= 0) kernel.files.collect(ino);
  kernel.cycles.reset();
  const env = Object.fromEntries(Object.entries(spec.env).map(([name, value]) => [name, toBytes(value)]));
  if (env.PATH === undefined) env.PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  if (env.HOSTNAME === undefined) env.HOSTNAME = kernel.host.hostname;
  const cwd = absolute('/', spec.workingDir || '/');
  makeDirectories(kernel, spec.name, cwd);
  const uid = spec.user ?? 0;
  if (env.HOME === undefined) env.HOME = uid === 0 ? '/root' : '/';
  const started = launch(kernel, spec.name, 1, spec.argv.map(toBytes), env, cwd, uid);
  if (typeof started === 'string') {
    s.containers[spec.name] = {
      ...container,
      status: {
        state: 'exited',
        startedAt: kernel.now,
        finishedAt: kernel.now,
        exitCode: started.includes('permission denied')
          ? 126
          : started.includes('not found') || started.includes('no such file')
            ? 127
            : 128,
        startError: `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${started}`,
      },
    };
    kernel.outside();
    return;
  }
  const handle = stdinOf(spec.name);
  if (spec.stdin) s.execs[handle] = { c: spec.name, pid: 1, stdin: '', eof: false, out: [], ...(spec.tty && { tty: newTty() }) };
  const stdin = kernel.newFile(spec.stdin ? { k: 'in', handle } : { k: 'null' });
  const out = kernel.newFile({ k: 'log', c: spec.name, ch: 0 });
  const err = spec.tty ? out : kernel.newFile({ k: 'log', c: spec.name, ch: 1 });
  kernel.setFd(started, 0, stdin);
  kernel.setFd(started, 1, out);
  kernel.setFd(started, 2, err);
}

export function makeDirectories(kernel: Kernel, c: string, path: string): void {
  let at = '';
  for (const part of path.split('/').filter(Boolean)) {
    at += `/${part}`;
    if (!kernel.files.exists(c, at)) kernel.files.create(c, at, 'd', 0o755, 0);
  }
}

/** A new process without a parent; an error in runc's words. */
export function launch(
  kernel: Kernel,
  c: string,
  pid: number,
  argv: string[],
  env: Record<string, string>,
  cwd: string,
  uid: number,
): Process | string {
  const name = argv[0] ?? '';
  const found = kernel.lookupProgram({ c, cwd, uid }, name, env.PATH);
  if (typeof found === 'string') {
    const why = !name.includes('/')
      ? found === 'EACCES'
        ? 'permission denied'
        : 'executable file not found in $PATH'
      : found === 'EACCES'
        ? 'permission denied'
        : `stat ${name}: no such file or directory`;
    return `exec: ${JSON.stringify(name)}: ${why}`;
  }
  if (found.script !== undefined && !found.script.startsWith('#!')) return `exec ${name}: exec format error`;
  const p: Process = {
    c,
    pid,
    ppid: 0,
    argv,
    env,
    cwd,
    umask: 0o022,
    uid,
    fds: {},
    prog: '',
    st: {},
    block: null,
    answer: null,
    out: [],
    signals: [],
    ignored: [],
    startedAt: kernel.now,
    exit: null,
    handle: null,
    memory: 0,
  };
  kernel.s.procs.push(p);
  kernel.exec(p, argv, env, found);
  return p;
}
