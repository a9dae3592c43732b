// The machine of a Pod sandbox: its state opened, moved in time, looked at and given inputs.
import type { Instant } from '../../machinery/clock.ts';
import { thaw } from '../../machinery/freeze.ts';
import type { HttpRequest, HttpResponse } from '../../machinery/http.ts';
import { bufferToBytes, bytesToBuffer, toBytes } from './bytes.ts';
import { launch, startContainer } from './containers.ts';
import { holds, readAll, setText, setUnsigned } from './content.ts';
import { absolute, parentOf } from './files.ts';
import { Kernel } from './kernel.ts';
import { readLog } from './log.ts';
import type {
  ContainerProcess,
  ContainerState,
  ExecRequest,
  ExecResult,
  FileContent,
  LogLine,
  Machine,
  MachineHost,
  MachineState,
  Projection,
} from './machine.ts';
import { programs } from './programs/index.ts';
import { emptyState, type Inode, type KernelState, lowestFree } from './state.ts';
import { typeKeys } from './terminal.ts';
import { newTty } from './tty.ts';

/** How far a projection looks ahead. */
const HORIZON = 600_000;

/** Opens a machine as it was, or a new one; nothing moves until {@link Machine.advance}. */
export function openMachine(state: MachineState | undefined, host: MachineHost, at: Instant): Machine {
  return new OpenMachine(state ? (thaw(state) as KernelState) : emptyState(at), host);
}

function put(inode: Inode, text: string, unsigned: boolean | undefined): void {
  if (unsigned) setUnsigned(inode, text);
  else {
    delete inode.unsigned;
    setText(inode, text);
  }
}

class OpenMachine implements Machine {
  private readonly kernel: Kernel;

  constructor(
    state: KernelState,
    private readonly host: MachineHost,
  ) {
    this.kernel = new Kernel(state, host, programs);
  }

  get now(): Instant {
    return this.kernel.now;
  }

  putVolume(volume: string, files: Readonly<Record<string, FileContent>>, keep = false): void {
    const { s } = this.kernel;
    this.kernel.forgetPrograms();
    const old = s.volumes[volume] ?? {};
    const names = keep ? { ...old } : {};
    s.volumes[volume] = names;
    for (const [path, content] of Object.entries(files)) {
      const key = absolute('/', path);
      for (let dir = parentOf(key); dir !== '/' && names[dir] === undefined; dir = parentOf(dir)) {
        const ino = lowestFree(s.inodes);
        s.inodes[ino] = { t: 'd', mode: 0o755, uid: 0, mtime: s.now, size: 0, segs: [] };
        names[dir] = ino;
      }
      const text = content.binary ? Buffer.from(content.text, 'base64').toString('latin1') : toBytes(content.text);
      const known = old[key];
      const inode = known === undefined ? undefined : s.inodes[known];
      if (known !== undefined && inode) {
        if (inode.mode !== (content.mode ?? 0o644) || !holds(inode, text, content.unsigned)) {
          put(inode, text, content.unsigned);
          inode.mode = content.mode ?? 0o644;
          inode.mtime = s.now;
        }
        names[key] = known;
        continue;
      }
      const ino = lowestFree(s.inodes);
      s.inodes[ino] = { t: 'f', mode: content.mode ?? 0o644, uid: 0, mtime: s.now, size: 0, segs: [] };
      const made = s.inodes[ino];
      if (made) put(made, text, content.unsigned);
      names[key] = ino;
    }
    for (const [key, ino] of Object.entries(old)) if (names[key] !== ino) this.kernel.files.collect(ino);
  }

  start(container: ContainerProcess): void {
    startContainer(this.kernel, thaw(container));
  }

  container(name: string): ContainerState | undefined {
    const status = this.kernel.s.containers[name]?.status;
    return status && { ...status };
  }

  kill(container: string, signal: number): void {
    const first = this.kernel.process(container, 1);
    if (first) this.kernel.signal(first, signal, true);
  }

  remove(container: string): void {
    const record = this.kernel.s.containers[container];
    if (!record) return;
    const first = this.kernel.process(container, 1);
    if (first) this.kernel.signal(first, 9, true);
    for (const p of this.kernel.s.procs.filter((q) => q.c === container)) this.kernel.exit(p, 137);
    delete this.kernel.s.containers[container];
    for (const ino of Object.values(record.names)) if (ino >= 0) this.kernel.files.collect(ino);
  }

  async advance(to: Instant): Promise<void> {
    this.kernel.present = to;
    await this.kernel.run(to);
  }

  async project(): Promise<Projection> {
    if (this.isAtRest()) return { reads: [] };
    const ahead = new Kernel(this.snapshot() as unknown as KernelState, this.host, programs);
    ahead.present = ahead.now;
    ahead.projecting = true;
    const limit = ahead.now + HORIZON;
    if ((await ahead.run(ahead.now, true)) === 'reached') {
      // Whoever only waits for an hour is not looked at before the hour is over.
      const next = ahead.nextInstant();
      if (next !== undefined && next > limit) return { at: next, reads: [...ahead.reads].sort() };
    }
    const end = ahead.noticed ? 'noticed' : await ahead.run(limit, true);
    const due = ahead.dueAgain;
    if (end === 'cycle' && due !== undefined) {
      await ahead.run(Math.max(ahead.now, due - 1));
      await ahead.run(ahead.now + HORIZON, true);
      return { at: ahead.now, reads: [...ahead.reads].sort(), repeats: true };
    }
    const reads = [...ahead.reads].sort();
    if (end === 'cycle' || end === 'idle') return { reads };
    // Ten minutes in which processes did things that nobody could notice: it will go on like that.
    return { at: ahead.now, reads, ...((ahead.repeats || end === 'reached') && { repeats: true }) };
  }

  listeners(): readonly { container: string; port: number; address: string; component?: string }[] {
    return this.kernel.s.listening.map(({ c, port, address, component }) => ({
      container: c,
      port,
      address,
      ...(component !== undefined && { component }),
    }));
  }

  async exchange(port: number, request: HttpRequest): Promise<HttpResponse> {
    const listener = this.kernel.s.listening.find((l) => l.port === port);
    const p = listener && this.kernel.process(listener.c, listener.pid);
    const program = p && this.kernel.programs[p.prog];
    if (!p || !program?.serve) return { status: 502, reason: 'Bad Gateway', headers: {}, body: '' };
    return program.serve(this.kernel.sys(p), request, port);
  }

  exec(container: string, request: ExecRequest): string {
    const { kernel } = this;
    const { s } = kernel;
    const record = s.containers[container];
    const handle = `exec-${++s.execCount}`;
    if (record?.status.state !== 'running') {
      s.execs[handle] = { c: container, pid: 0, stdin: '', eof: true, out: [], startError: `container not running (${container})` };
      return handle;
    }
    const first = kernel.process(container, 1);
    const { spec } = record;
    const env: Record<string, string> = {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOSTNAME: this.host.hostname,
    };
    for (const [name, value] of Object.entries(spec.env)) env[name] = toBytes(value);
    if (env.HOME === undefined) env.HOME = (spec.user ?? 0) === 0 ? '/root' : '/';
    if (request.tty) env.TERM = 'xterm';
    const pid = kernel.freePid(container);
    const started = launch(
      kernel,
      container,
      pid,
      request.argv.map(toBytes),
      env,
      absolute('/', spec.workingDir || '/'),
      first?.uid ?? spec.user ?? 0,
    );
    if (typeof started === 'string') {
      s.execs[handle] = {
        c: container,
        pid: 0,
        stdin: '',
        eof: true,
        out: [],
        startError: `OCI runtime exec failed: exec failed: unable to start container process: ${started}: unknown`,
      };
      return handle;
    }
    s.execs[handle] = { c: container, pid, stdin: '', eof: request.stdin !== true, out: [], ...(request.tty && { tty: newTty() }) };
    started.handle = handle;
    const out = kernel.newFile({ k: 'out', handle, ch: 0 });
    kernel.setFd(started, 0, kernel.newFile(request.stdin ? { k: 'in', handle } : { k: 'null' }));
    kernel.setFd(started, 1, out);
    kernel.setFd(started, 2, request.tty ? out : kernel.newFile({ k: 'out', handle, ch: 1 }));
    kernel.cycles.reset();
    return handle;
  }

  execInput(handle: string, bytes: Uint8Array | 'eof'): void {
    const exec = this.kernel.s.execs[handle];
    if (!exec) return;
    if (bytes === 'eof') exec.eof = true;
    else if (exec.tty) typeKeys(this.kernel, handle, bufferToBytes(bytes));
    else exec.stdin += bufferToBytes(bytes);
  }

  execResult(handle: string): ExecResult {
    const exec = this.kernel.s.execs[handle];
    if (!exec) return { startError: `no such exec: ${handle}` };
    return {
      ...(exec.exitCode !== undefined && { exitCode: exec.exitCode }),
      ...(exec.startError !== undefined && { startError: exec.startError }),
    };
  }

  execOutput(handle: string): { channel: 'stdout' | 'stderr'; data: Uint8Array }[] {
    const exec = this.kernel.s.execs[handle];
    if (!exec) return [];
    const { out } = exec;
    exec.out = [];
    return out.map(({ ch, data }) => ({ channel: ch === 0 ? 'stdout' : 'stderr', data: bytesToBuffer(data) }));
  }

  async logs(container: string, options: { previous?: boolean; tail?: number; since?: Instant } = {}): Promise<LogLine[]> {
    const record = this.kernel.s.containers[container];
    const log = options.previous ? record?.previous : record?.log;
    return log ? readLog(log, this.kernel.now, options) : [];
  }

  async readFile(container: string, path: string): Promise<Uint8Array | undefined> {
    if (!this.kernel.s.containers[container]) return undefined;
    const found = this.kernel.files.text(container, absolute('/', path));
    if (typeof found === 'string') return undefined;
    return bytesToBuffer('text' in found ? found.text : readAll(found.inode));
  }

  snapshot(): MachineState {
    this.tidy();
    return thaw(this.kernel.s);
  }

  lastSnapshot(): MachineState {
    if (!this.isAtRest()) return this.snapshot();
    this.tidy();
    return this.kernel.s;
  }

  /** Only a signal or a request can wake anybody: servers, mostly. */
  private isAtRest(): boolean {
    return this.kernel.s.procs.every(({ exit, out, block }) => exit === null && out.length === 0 && block?.on === 'forever');
  }

  private tidy(): void {
    this.kernel.cycles.reset();
    this.kernel.forgetScripts();
    const { s } = this.kernel;
    for (const [handle, exec] of Object.entries(s.execs))
      if ((exec.exitCode !== undefined || exec.startError !== undefined) && exec.out.length === 0) delete s.execs[handle];
  }
}
