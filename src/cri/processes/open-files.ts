// Open files of processes: descriptors, pipes, devices, and where what is written goes.
import type { Instant } from '../../machinery/clock.ts';
import { stdinOf } from './containers.ts';
import { appendText, readRange, setText, writeAt } from './content.ts';
import type { Cycles } from './cycles.ts';
import { absolute, type Errno, type Files, isErrno } from './files.ts';
import { appendLog } from './log.ts';
import type { MachineHost } from './machine.ts';
import type { specialFile } from './proc-files.ts';
import { type ExecRecord, type KernelState, lowestFree, type OpenFile, type Process } from './state.ts';
import { noteShown } from './terminal.ts';
import { readLine } from './tty.ts';

export type ReadResult = { data: string } | 'eof' | 'block' | { error: Errno };

const PIPE_CAPACITY = 65_536;

export abstract class OpenFiles {
  abstract readonly s: KernelState;
  abstract readonly files: Files;
  abstract readonly cycles: Cycles;
  abstract readonly host: MachineHost;
  abstract get now(): Instant;
  abstract plain(text: string): string;
  abstract special(p: Process, path: string): ReturnType<typeof specialFile>;
  abstract show(handle: string, exec: ExecRecord, text: string): void;
  abstract signal(p: Process, signal: number, forced?: boolean): void;

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
    const special = this.special(p, path);
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
      if (exec?.tty) this.show(file.handle ?? '', exec, this.plain(data));
      else exec?.out.push({ ch: file.ch ?? 0, data: this.plain(data) });
    }
  }

  /** True when all of a process's output has been taken. */
  flush(p: Process): boolean {
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
}
