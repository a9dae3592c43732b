// The kernel of a Pod sandbox: processes, descriptors, pipes, signals and the virtual clock. Programs run until they block;
// what they wait for decides who goes on. Leaves out: scheduling priorities, process groups and job control, sockets as descriptors.
import type { Instant } from '../../machinery/clock.ts';
import type { ImageFile } from '../images/base-files.ts';
import { imageFiles } from '../images/base-files.ts';
import { imageNamed } from '../images/index.ts';
import { toBytes } from './bytes.ts';
import { appendText, readRange, setText, writeAt } from './content.ts';
import { Cycles } from './cycles.ts';
import { absolute, type Errno, Files, isErrno } from './files.ts';
import { answerCall } from './host-calls.ts';
import { appendLog } from './log.ts';
import type { ContainerProcess, MachineHost } from './machine.ts';
import { specialFile } from './proc-files.ts';
import type { ProgramTable } from './program.ts';
import { loadParser, parserLoaded } from './shell/parse.ts';
import { type Block, type KernelState, lowestFree, type OpenFile, type Process } from './state.ts';
import { marked } from './symbols.ts';
import { Sys } from './sys.ts';
import { noteShown, show } from './terminal.ts';
import { newTty, readLine } from './tty.ts';

const PIPE_CAPACITY = 65_536;
/** Turns a process gets before the next one's: keeps a busy loop from starving the others. */
const SLICE = 2_000;
/** Interpreter steps that cost a virtual millisecond. */
const STEPS_PER_MS = 1_000;
/** Steps without rest in one call on a machine, after which it gives up loudly instead of freezing. */
const BUDGET = 20_000_000;

export const SIGNALS: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  WINCH: 28,
};
const IGNORED_BY_DEFAULT = new Set([17, 18, 19, 20, 21, 22, 28]);

export type ReadResult = { data: string } | 'eof' | 'block' | { error: Errno };

/** Under which handle a container's own standard input is fed. */
export const stdinOf = (container: string): string => `stdin:${container}`;

export class Kernel {
  readonly files: Files;
  readonly cycles = new Cycles(this);
  /** Something outside could notice: set at the instant of an exit or of a port that opened or closed. */
  noticed = false;
  /** What the network's answers depended on since the last projection began. */
  readonly reads = new Set<string>();
  /** It looks ahead; nothing it does counts. */
  projecting = false;
  /** The projection ended at a request that has been made many times before. */
  repeats = false;
  /** When a request whose repetitions are thinned will reach the other side again. */
  dueAgain: Instant | undefined;
  /** The host's present: questions of an earlier instant are answered as before. */
  present: Instant;
  private steps = 0;
  /** Executables found in images, until a name changes. */
  private readonly found = new Map<string, { program: string; path: string }>();
  private readonly sysOf = new Map<Process, Sys>();

  constructor(
    readonly s: KernelState,
    readonly host: MachineHost,
    readonly programs: ProgramTable,
  ) {
    this.present = s.now;
    this.files = new Files(s, (c) => this.image(c.spec.image), {
      names: () => {
        this.found.clear();
        this.cycles.namesChanged();
      },
      look: (ino) => this.cycles.looked(ino),
      rewrite: (ino) => this.cycles.rewritten(ino),
    });
  }

  get now(): Instant {
    return this.s.now;
  }

  /** Volumes or permissions changed under the programs. */
  forgetPrograms(): void {
    this.found.clear();
  }

  image(name: string): Map<string, ImageFile> {
    return imageFiles(imageNamed(name));
  }

  sys(p: Process): Sys {
    const known = this.sysOf.get(p);
    if (known) return known;
    const sys = new Sys(this, p);
    this.sysOf.set(p, sys);
    return sys;
  }

  // --- open files ---

  newFile(file: Omit<OpenFile, 'refs'>): number {
    const id = lowestFree(this.s.files);
    this.s.files[id] = { ...file, refs: 0 };
    return id;
  }

  file(id: number | undefined): OpenFile | undefined {
    return id === undefined ? undefined : this.s.files[id];
  }

  hold(id: number): number {
    const file = this.s.files[id];
    if (file) file.refs++;
    return id;
  }

  release(id: number): void {
    const file = this.s.files[id];
    if (!file || --file.refs > 0) return;
    delete this.s.files[id];
    if (file.pipe !== undefined) {
      const pipe = this.s.pipes[file.pipe];
      if (pipe && file.k === 'pipe-r') pipe.readers--;
      if (pipe && file.k === 'pipe-w') pipe.writers--;
      if (pipe && pipe.readers <= 0 && pipe.writers <= 0) delete this.s.pipes[file.pipe];
    }
    if (file.ino !== undefined) this.files.collect(file.ino);
  }

  setFd(p: Process, fd: number, id: number): void {
    const old = p.fds[fd];
    this.hold(id);
    p.fds[fd] = id;
    if (old !== undefined) this.release(old);
  }

  closeFd(p: Process, fd: number): boolean {
    const id = p.fds[fd];
    if (id === undefined) return false;
    delete p.fds[fd];
    this.release(id);
    return true;
  }

  pipe(): { read: number; write: number } {
    const pipe = lowestFree(this.s.pipes);
    this.s.pipes[pipe] = { data: '', readers: 1, writers: 1 };
    return { read: this.newFile({ k: 'pipe-r', pipe }), write: this.newFile({ k: 'pipe-w', pipe }) };
  }

  open(p: Process, given: string, mode: 'r' | 'w' | 'a' | 'rw', exclusive = false): number | Errno {
    const path = absolute(p.cwd, this.plain(given));
    const special = specialFile(this, p, path);
    if (special) {
      if ('error' in special) return special.error;
      if ('dup' in special) return special.dup;
      if ('device' in special) return this.newFile(special.device);
      return this.newFile({ k: 'file', ino: this.anonymous(special.text), off: 0, mode: 'r' });
    }
    if (mode === 'r') {
      const stat = this.files.stat(p.c, path);
      if (isErrno(stat)) return stat;
      if (stat.t === 'd') return this.newFile({ k: 'dir' });
      if (p.uid !== 0 && !(stat.mode & 0o004) && !(stat.uid === p.uid && stat.mode & 0o400)) return 'EACCES';
      const ino = this.files.inode(p.c, path);
      if (isErrno(ino)) return ino;
      this.files.look(ino);
      return this.newFile({ k: 'file', ino, off: 0, mode: 'r' });
    }
    if (exclusive && this.files.exists(p.c, path)) return 'EEXIST';
    const ino = this.files.openForWriting(p.c, path, 0o666 & ~p.umask, p.uid);
    if (isErrno(ino)) return ino;
    const inode = this.s.inodes[ino];
    if (mode === 'w' && inode) {
      setText(inode, '');
      inode.mtime = this.now;
      this.cycles.rewritten(ino);
    }
    return this.newFile({
      k: 'file',
      ino,
      off: mode === 'rw' ? 0 : (inode?.size ?? 0),
      append: mode === 'a',
      mode: mode === 'rw' ? 'rw' : 'w',
    });
  }

  anonymous(text: string): number {
    const ino = lowestFree(this.s.inodes);
    this.s.inodes[ino] = { t: 'f', mode: 0o444, uid: 0, mtime: this.now, size: text.length, segs: text ? [text] : [] };
    this.cycles.rewritten(ino);
    return ino;
  }

  read(p: Process, fd: number, max = PIPE_CAPACITY): ReadResult {
    const file = this.file(p.fds[fd]);
    if (!file) return { error: 'EBADF' };
    switch (file.k) {
      case 'null':
        return 'eof';
      case 'zero':
      case 'full':
        return { data: '\0'.repeat(max) };
      case 'random':
        return { data: this.randomBytes(Math.min(max, 4096)) };
      case 'dir':
        return { error: 'EISDIR' };
      case 'file': {
        if (file.mode === 'w') return { error: 'EBADF' };
        const inode = this.s.inodes[file.ino ?? 0];
        const off = file.off ?? 0;
        if (!inode || off >= inode.size) return 'eof';
        const data = readRange(inode, off, Math.min(inode.size, off + max));
        file.off = off + data.length;
        return { data };
      }
      case 'pipe-r': {
        const pipe = this.s.pipes[file.pipe ?? 0];
        if (pipe?.data) {
          const data = pipe.data.slice(0, max);
          pipe.data = pipe.data.slice(max);
          return { data };
        }
        return !pipe || pipe.writers <= 0 ? 'eof' : 'block';
      }
      case 'in': {
        const exec = this.s.execs[file.handle ?? ''];
        if (exec?.stdin) {
          if (exec.tty) return readLine(exec, max);
          const data = exec.stdin.slice(0, max);
          exec.stdin = exec.stdin.slice(max);
          return { data };
        }
        return !exec || exec.eof ? 'eof' : 'block';
      }
      default:
        return { error: 'EBADF' };
    }
  }

  private randomBytes(n: number): string {
    this.cycles.inspected();
    const hex = this.host.random.hex('urandom', this.host.hostname, this.now, n * 2);
    return Buffer.from(hex, 'hex').toString('latin1');
  }

  /** Takes what fits; the rest waits in the process. `EPIPE` kills it as SIGPIPE would. */
  write(p: Process, fd: number, data: string): void {
    if (data === '' || p.exit !== null) return;
    if (p.out.length > 0) {
      p.out.push({ fd, data });
      return;
    }
    const rest = this.writeNow(p, fd, data);
    if (rest) p.out.push({ fd, data: rest });
  }

  private writeNow(p: Process, fd: number, data: string): string {
    const file = this.file(p.fds[fd]);
    if (!file) return '';
    if (file.k === 'pipe-w') {
      const pipe = this.s.pipes[file.pipe ?? 0];
      if (!pipe || pipe.readers <= 0) {
        this.signal(p, 13);
        return '';
      }
      const room = PIPE_CAPACITY - pipe.data.length;
      pipe.data += data.slice(0, room);
      return data.slice(room);
    }
    this.deliver(file, data);
    return '';
  }

  private deliver(file: OpenFile, data: string): void {
    if (file.k === 'file') {
      const inode = this.s.inodes[file.ino ?? 0];
      if (!inode || file.ino === undefined) return;
      const at = file.append ? inode.size : (file.off ?? 0);
      if (at === inode.size) {
        appendText(inode, data);
        this.cycles.appended(file.ino, data);
      } else {
        writeAt(inode, at, data);
        this.cycles.rewritten(file.ino);
      }
      file.off = at + data.length;
      inode.mtime = this.now;
    } else if (file.k === 'log') {
      const container = this.s.containers[file.c ?? ''];
      if (!container) return;
      const lines = appendLog(container.log, this.now, file.ch ?? 0, data);
      this.cycles.logged(container.spec.name, file.ch ?? 0, lines);
      const terminal = this.s.execs[stdinOf(container.spec.name)];
      if (terminal?.tty) noteShown(terminal, data);
    } else if (file.k === 'out') {
      const exec = this.s.execs[file.handle ?? ''];
      if (exec?.tty) show(this, file.handle ?? '', exec, this.plain(data));
      else exec?.out.push({ ch: file.ch ?? 0, data: this.plain(data) });
    }
  }

  private flush(p: Process): boolean {
    while (p.out.length > 0) {
      const first = p.out[0];
      if (!first) break;
      const rest = this.writeNow(p, first.fd, first.data);
      if (p.exit !== null) return false;
      if (rest) {
        first.data = rest;
        return false;
      }
      p.out.shift();
    }
    return true;
  }

  // --- marks ---

  /** Text whose value is about to be looked at. */
  plain(text: string): string {
    if (!this.cycles.symbols || !marked.test(text)) return text;
    this.cycles.inspected();
    return this.cycles.symbols.plain(text);
  }

  // --- processes ---

  process(c: string, pid: number): Process | undefined {
    return this.s.procs.find((p) => p.c === c && p.pid === pid && p.exit === null);
  }

  freePid(c: string): number {
    let pid = 1;
    const used = new Set(this.s.procs.filter((p) => p.c === c).map((p) => p.pid));
    while (used.has(pid)) pid++;
    return pid;
  }

  fork(parent: Process, changes: Partial<Process> = {}): Process {
    const child: Process = {
      c: parent.c,
      pid: this.freePid(parent.c),
      ppid: parent.pid,
      argv: parent.argv,
      env: parent.env,
      cwd: parent.cwd,
      umask: parent.umask,
      uid: parent.uid,
      fds: { ...parent.fds },
      prog: parent.prog,
      st: {},
      block: null,
      answer: null,
      out: [],
      signals: [],
      ignored: parent.ignored,
      startedAt: this.now,
      exit: null,
      handle: parent.handle,
      memory: 0,
      ...changes,
    };
    for (const id of Object.values(child.fds)) this.hold(id);
    this.s.procs.push(child);
    const done = parent.st.done as Record<number, number> | undefined;
    if (done) delete done[child.pid];
    return child;
  }

  /** Finds an executable; the error is what execve or the PATH search would say. */
  lookupProgram(
    p: { c: string; cwd: string; uid: number },
    name: string,
    path: string | undefined,
  ): { program: string; path: string; script?: string } | 'ENOENT' | 'EACCES' {
    const question = `${p.c} ${p.cwd} ${path} ${name}`;
    const known = this.found.get(question);
    if (known) return known;
    const candidates = name.includes('/')
      ? [absolute(p.cwd, name)]
      : (path ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin').split(':').map((dir) => `${dir || '.'}/${name}`);
    let denied = false;
    for (const candidate of candidates) {
      const full = absolute(p.cwd, candidate);
      const stat = this.files.stat(p.c, full);
      if (isErrno(stat)) continue;
      if (stat.t !== 'f' || !(stat.mode & 0o111)) {
        denied = true;
        continue;
      }
      const text = this.files.text(p.c, full);
      if (isErrno(text)) continue;
      const content = 'text' in text ? text.text : readRange(text.inode, 0, text.inode.size);
      if (content.startsWith('\x7fELF')) {
        const found = { program: content.slice(4).trim(), path: full };
        this.found.set(question, found);
        return found;
      }
      return { program: 'script', path: full, script: content };
    }
    return denied ? 'EACCES' : 'ENOENT';
  }

  /** Replaces a process's program. */
  exec(p: Process, argv: string[], env: Record<string, string>, found: { program: string; path: string; script?: string }): void {
    const table = this.programs;
    let args = argv;
    let program = found.program;
    if (found.script !== undefined) {
      const shebang = /^#![ \t]*(\S+)(?:[ \t]+(\S+))?/.exec(found.script);
      const words = shebang ? [shebang[1] ?? '/bin/sh', ...(shebang[2] ? [shebang[2]] : [])] : ['/bin/sh'];
      if (words[0]?.endsWith('/env') && words[1]) words.shift();
      const base = words[0]?.split('/').pop() ?? 'sh';
      program = base === 'bash' ? 'bash' : base in table ? base : 'sh';
      args = [...words, argv[0]?.includes('/') ? argv[0] : found.path, ...argv.slice(1)];
    }
    if (program === 'busybox') {
      args = argv.slice(1).length > 0 ? argv.slice(1) : argv;
      const applet = this.lookupProgram(p, args[0] ?? 'busybox', '/bin');
      program = typeof applet === 'string' ? 'busybox' : applet.program;
    }
    if (!(program in table)) program = 'unsupported';
    if (!table[program]?.transparent) args = args.map((arg) => this.plain(arg));
    const transparent = table[program]?.transparent === true;
    p.argv = args;
    p.env = transparent ? env : Object.fromEntries(Object.entries(env).map(([name, value]) => [name, this.plain(value)]));
    p.prog = program;
    p.st = { exe: found.path };
    p.block = null;
    p.answer = null;
  }

  exit(p: Process, code: number): void {
    if (p.exit !== null) return;
    this.flush(p);
    p.exit = code & 0xff;
    for (const fd of Object.keys(p.fds)) this.closeFd(p, Number(fd));
    p.out = [];
    const s = this.s;
    s.procs = s.procs.filter((q) => q !== p);
    this.sysOf.delete(p);
    if (s.listening.some((l) => l.c === p.c && l.pid === p.pid)) {
      s.listening = s.listening.filter((l) => !(l.c === p.c && l.pid === p.pid));
      this.outside();
    }
    const parent = p.ppid > 0 ? this.process(p.c, p.ppid) : undefined;
    if (parent) {
      const done = (parent.st.done ?? {}) as Record<number, number>;
      done[p.pid] = p.exit;
      parent.st.done = done;
      if (p.killedBy !== undefined) parent.st.killed = { ...(parent.st.killed as Record<number, number> | undefined), [p.pid]: p.killedBy };
      this.signal(parent, 17);
    }
    for (const orphan of s.procs) if (orphan.c === p.c && orphan.ppid === p.pid) orphan.ppid = 0;
    if (p.handle && p.ppid === 0) {
      const exec = s.execs[p.handle];
      if (exec && exec.pid === p.pid) exec.exitCode = p.exit;
    }
    if (p.pid === 1) this.containerExited(p);
  }

  private containerExited(p: Process): void {
    const container = this.s.containers[p.c];
    if (!container) return;
    delete this.s.execs[stdinOf(container.spec.name)];
    container.status = { ...container.status, state: 'exited', finishedAt: this.now, exitCode: p.exit ?? 0 };
    for (const other of this.s.procs.filter((q) => q.c === p.c)) this.terminate(other, 9);
    const log = container.log;
    for (const ch of [0, 1] as const) {
      if (log.part[ch]) {
        log.segs.push([this.now, ch, log.part[ch]]);
        log.part[ch] = '';
      }
    }
    this.outside();
  }

  private terminate(p: Process, signal: number): void {
    if (p.pid === 1) {
      const container = this.s.containers[p.c];
      if (container) container.status.signal = signal;
    }
    p.out = [];
    p.killedBy = signal;
    this.exit(p, 128 + signal);
  }

  /** Something happened that others than this machine may care about. */
  outside(): void {
    this.noticed = true;
    this.cycles.reset();
  }

  /** Sends a signal. `forced`: from outside the container, where nothing protects PID 1 from SIGKILL. */
  signal(p: Process, signal: number, forced = false): void {
    if (p.exit !== null || signal === 0) return;
    if (signal === 9) {
      if (p.pid !== 1 || forced) this.terminate(p, 9);
      return;
    }
    if (p.ignored.includes(signal)) return;
    const program = this.programs[p.prog];
    const handler = program?.signals?.[signal];
    if (handler) {
      handler(this.sys(p));
      return;
    }
    const traps = p.st.traps as Record<string, string> | undefined;
    if (traps?.[signal] !== undefined) {
      p.signals.push(signal);
      if (p.block?.on === 'child' && p.block.sig) p.block = null;
      return;
    }
    if (IGNORED_BY_DEFAULT.has(signal) || p.pid === 1) return;
    // An interactive or waiting shell that is not PID 1 dies like any other program.
    this.terminate(p, signal);
  }

  // --- containers ---

  startContainer(spec: ContainerProcess): void {
    this.found.clear();
    const s = this.s;
    const before = s.containers[spec.name];
    for (const p of s.procs.filter((q) => q.c === spec.name)) this.terminate(p, 9);
    const container = {
      spec,
      names: {},
      status: { state: 'running' as const, startedAt: this.now },
      log: { segs: [], part: ['', ''] as [string, string], bytes: 0 },
      previous: before ? before.log : null,
      runs: (before?.runs ?? 0) + 1,
    };
    const dropped = before?.names ?? {};
    s.containers[spec.name] = container;
    for (const ino of Object.values(dropped)) if (ino >= 0) this.files.collect(ino);
    this.cycles.reset();
    const env = Object.fromEntries(Object.entries(spec.env).map(([name, value]) => [name, toBytes(value)]));
    if (env.PATH === undefined) env.PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    if (env.HOSTNAME === undefined) env.HOSTNAME = this.host.hostname;
    const cwd = absolute('/', spec.workingDir || '/');
    this.makeDirectories(spec.name, cwd);
    const uid = spec.user ?? 0;
    if (env.HOME === undefined) env.HOME = uid === 0 ? '/root' : '/';
    const started = this.launch(spec.name, 1, spec.argv.map(toBytes), env, cwd, uid);
    if (typeof started === 'string') {
      s.containers[spec.name] = {
        ...container,
        status: {
          state: 'exited',
          startedAt: this.now,
          finishedAt: this.now,
          exitCode: started.includes('permission denied')
            ? 126
            : started.includes('not found') || started.includes('no such file')
              ? 127
              : 128,
          startError: `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${started}`,
        },
      };
      this.outside();
      return;
    }
    const handle = stdinOf(spec.name);
    if (spec.stdin) s.execs[handle] = { c: spec.name, pid: 1, stdin: '', eof: false, out: [], ...(spec.tty && { tty: newTty() }) };
    const stdin = this.newFile(spec.stdin ? { k: 'in', handle } : { k: 'null' });
    const out = this.newFile({ k: 'log', c: spec.name, ch: 0 });
    const err = spec.tty ? out : this.newFile({ k: 'log', c: spec.name, ch: 1 });
    this.setFd(started, 0, stdin);
    this.setFd(started, 1, out);
    this.setFd(started, 2, err);
  }

  makeDirectories(c: string, path: string): void {
    let at = '';
    for (const part of path.split('/').filter(Boolean)) {
      at += `/${part}`;
      if (!this.files.exists(c, at)) this.files.create(c, at, 'd', 0o755, 0);
    }
  }

  /** A new process without a parent; an error in runc's words. */
  launch(c: string, pid: number, argv: string[], env: Record<string, string>, cwd: string, uid: number): Process | string {
    const name = argv[0] ?? '';
    const found = this.lookupProgram({ c, cwd, uid }, name, env.PATH);
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
      startedAt: this.now,
      exit: null,
      handle: null,
      memory: 0,
    };
    this.s.procs.push(p);
    this.exec(p, argv, env, found);
    return p;
  }

  /** Takes a port of the Pod; false when it is taken. */
  listen(p: Process, port: number, address: string, component?: string): boolean {
    if (this.s.listening.some((l) => l.port === port)) return false;
    this.s.listening.push({ c: p.c, pid: p.pid, port, address, ...(component !== undefined && { component }) });
    this.outside();
    return true;
  }

  /** A container that uses more memory than its limit is killed whole. */
  checkMemory(c: string): void {
    const container = this.s.containers[c];
    const limit = container?.spec.memoryLimit;
    if (!container || limit === undefined) return;
    const used = this.s.procs.filter((p) => p.c === c).reduce((sum, p) => sum + p.memory, 0);
    if (used <= limit) return;
    container.status.oomKilled = true;
    const first = this.process(c, 1);
    if (first) this.signal(first, 9, true);
  }

  /** A script's number; texts are kept once, and forgotten when no shell runs them any more. */
  script(text: string): number {
    const { scripts } = this.s;
    const known = scripts.indexOf(text);
    if (known >= 0) return known;
    if (scripts.length > 40) this.forgetScripts();
    const free = scripts.indexOf('');
    if (free < 0) return scripts.push(text) - 1;
    scripts[free] = text;
    return free;
  }

  forgetScripts(): void {
    const { scripts, procs } = this.s;
    const used = new Set<number>();
    for (const { st } of procs) {
      for (const frame of (st.frames ?? []) as { s: number }[]) used.add(frame.s);
      for (const [script] of Object.values((st.funcs ?? {}) as Record<string, [number, number]>)) used.add(script);
    }
    for (const i of scripts.keys()) if (!used.has(i)) scripts[i] = '';
    while (scripts.at(-1) === '') scripts.pop();
  }

  // --- running ---

  private ready(p: Process): boolean {
    if (p.exit !== null) return false;
    if (p.out.length > 0 && !this.flush(p)) return false;
    const block = p.block;
    if (block === null) return true;
    switch (block.on) {
      case 'time':
        return block.until <= this.now;
      case 'read':
        return (block.until !== undefined && block.until <= this.now) || this.readable(p, block.fd);
      case 'flush':
        return p.out.length === 0;
      case 'child': {
        const done = (p.st.done ?? {}) as Record<number, number>;
        return block.any
          ? block.pids.some((pid) => done[pid] !== undefined)
          : block.pids.every((pid) => done[pid] !== undefined || !this.process(p.c, pid));
      }
      case 'either':
        return block.until <= this.now || block.pids.every((pid) => !this.process(p.c, pid));
      case 'grow':
        return this.s.inodes[block.ino]?.size !== block.size;
      case 'host':
        return p.answer !== null;
      case 'forever':
        return false;
    }
  }

  private readable(p: Process, fd: number): boolean {
    const file = this.file(p.fds[fd]);
    if (file?.k === 'pipe-r') {
      const pipe = this.s.pipes[file.pipe ?? 0];
      return pipe === undefined || pipe.data !== '' || pipe.writers <= 0;
    }
    if (file?.k === 'in') {
      const exec = this.s.execs[file.handle ?? ''];
      return exec === undefined || exec.stdin !== '' || exec.eof;
    }
    return true;
  }

  nextInstant(): Instant | undefined {
    let next: Instant | undefined;
    for (const p of this.s.procs) {
      const until = p.block && 'until' in p.block ? p.block.until : undefined;
      if (until !== undefined && (next === undefined || until < next)) next = until;
    }
    return next;
  }

  /** Counts work; returns false when the process's turn is over. */
  tick(): boolean {
    this.s.spent++;
    return ++this.steps % SLICE !== 0;
  }

  /** One process, until it blocks or its turn is over. */
  private turn(p: Process): void {
    const before = p.block;
    p.block = null;
    const program = this.programs[p.prog];
    if (!program) throw new Error(`no program ${p.prog} in this machine`);
    this.tick();
    try {
      program.run(this.sys(p));
    } catch (error) {
      p.block = before;
      throw error;
    }
  }

  /**
   * Computing costs time: those who could go on wait for it. The longer the machine has not rested, the coarser the grain, so that
   * a busy loop of weeks is affordable; a rule on virtual time, the same however the weeks are cut.
   */
  private throttle(): void {
    const { s } = this;
    s.busySince ??= s.now;
    const until = s.now + Math.max(1, Math.floor((s.now - s.busySince) / 50));
    for (const p of s.procs) if (p.block === null) p.block = { on: 'time', until };
    s.spent = 0;
    s.throttled = true;
  }

  /**
   * Runs everything up to and including `to`. Stops early, with `true`, as soon as somebody outside could notice something,
   * if `stopWhenNoticed`.
   */
  async run(to: Instant, stopWhenNoticed = false): Promise<'reached' | 'noticed' | 'cycle' | 'idle'> {
    this.steps = 0;
    for (;;) {
      let busy = false;
      for (const p of [...this.s.procs]) {
        if (!this.ready(p)) continue;
        busy = true;
        if ((p.prog === 'sh' || p.prog === 'bash') && !parserLoaded()) await loadParser();
        this.turn(p);
      }
      for (const p of [...this.s.procs]) {
        if (p.exit === null && p.block?.on === 'host' && p.answer === null) {
          p.answer = await answerCall(this, p.c, p.block.call);
          busy = true;
        }
      }
      if (this.noticed && stopWhenNoticed) return 'noticed';
      if (this.steps > BUDGET) throw new Error(`the processes of ${this.host.hostname} do not come to rest: over ${BUDGET} steps at once`);
      if (this.s.spent >= STEPS_PER_MS) this.throttle();
      else if (busy) continue;
      this.steps = 0;
      const next = this.nextInstant();
      if (next === undefined || next > to) {
        this.cycles.reset();
        this.s.now = Math.max(this.s.now, to);
        return next === undefined ? 'idle' : 'reached';
      }
      if (!this.s.throttled) this.s.busySince = null;
      this.s.throttled = false;
      this.s.spent = 0;
      if (stopWhenNoticed ? this.cycles.isCycle() : this.cycles.jump(to)) {
        if (stopWhenNoticed) return 'cycle';
        continue;
      }
      this.s.now = Math.max(this.s.now, next);
    }
  }
}

export type { Block };
