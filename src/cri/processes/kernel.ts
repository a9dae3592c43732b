// The kernel of a Pod sandbox: processes, descriptors, pipes, signals and the virtual clock. Programs run until they block;
// what they wait for decides who goes on. Leaves out: scheduling priorities, process groups and job control, sockets as descriptors.
import type { Instant } from '../../machinery/clock.ts';
import { type ImageFile, imageFiles } from '../images/base-files.ts';
import { imageNamed } from '../images/index.ts';
import { stdinOf } from './containers.ts';
import { addSignature, readRange } from './content.ts';
import { Cycles } from './cycles.ts';
import { absolute, Files, isErrno } from './files.ts';
import { answerCall } from './host-calls.ts';
import type { MachineHost } from './machine.ts';
import { OpenFiles } from './open-files.ts';
import { specialFile } from './proc-files.ts';
import type { ProgramTable } from './program.ts';
import { isReady } from './readiness.ts';
import { loadParser, parserLoaded } from './shell/parse.ts';
import { IGNORED_BY_DEFAULT } from './signals.ts';
import type { Block, ExecRecord, KernelState, Process } from './state.ts';
import { marked } from './symbols.ts';
import { Sys } from './sys.ts';
import { show } from './terminal.ts';

/** Turns a process gets before the next one's: keeps a busy loop from starving the others. */
const SLICE = 2_000;
/** Interpreter steps that cost a virtual millisecond. */
const STEPS_PER_MS = 1_000;
/** Steps without rest in one call on a machine, after which it gives up loudly instead of freezing. */
const BUDGET = 20_000_000;

export class Kernel extends OpenFiles {
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
    super();
    this.present = s.now;
    this.files = new Files(s, (c) => this.image(c.spec.image), {
      names: () => {
        this.found.clear();
        this.cycles.namesChanged();
      },
      look: (ino) => {
        const inode = s.inodes[ino];
        if (inode?.unsigned) addSignature(inode, host.signature);
        this.cycles.looked(ino);
      },
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

  special(p: Process, path: string): ReturnType<typeof specialFile> {
    return specialFile(this, p, path);
  }

  show(handle: string, exec: ExecRecord, text: string): void {
    show(this, handle, exec, text);
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
    const isPlain = transparent || !this.cycles.symbols;
    p.env = isPlain ? env : Object.fromEntries(Object.entries(env).map(([name, value]) => [name, this.plain(value)]));
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

  terminate(p: Process, signal: number): void {
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
        if (!isReady(this, p)) continue;
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
