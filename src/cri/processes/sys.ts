// The system calls of one process, as programs use them.
import type { Instant } from '../../machinery/clock.ts';
import { readAll } from './content.ts';
import { absolute, ERRNO_TEXT, type Errno, isErrno, type Stat } from './files.ts';
import type { Kernel } from './kernel.ts';
import type { ReadResult } from './open-files.ts';
import type { HostAnswer, HostCall, Process } from './state.ts';
import { strftime } from './strftime.ts';

export class Sys {
  constructor(
    readonly kernel: Kernel,
    readonly p: Process,
  ) {}

  get now(): Instant {
    return this.kernel.now;
  }

  get args(): string[] {
    return this.p.argv.slice(1);
  }

  get env(): Record<string, string> {
    return this.p.env;
  }

  /** The program's memory. */
  state<T>(): Partial<T> {
    return this.p.st as Partial<T>;
  }

  get name(): string {
    return (this.p.argv[0] ?? '').split('/').pop() ?? '';
  }

  /** busybox, or GNU as in Debian. */
  get gnu(): boolean {
    return !this.kernel.files.exists(this.p.c, '/bin/busybox');
  }

  out(text: string): void {
    this.kernel.write(this.p, 1, text);
  }

  err(text: string): void {
    this.kernel.write(this.p, 2, text);
  }

  exit(code: number): void {
    this.kernel.exit(this.p, code);
  }

  /** `name: text` on stderr, and the end. */
  fail(text: string, code = 1): void {
    this.err(`${this.name}: ${text}\n`);
    this.exit(code);
  }

  get blocked(): boolean {
    return this.p.out.length > 0;
  }

  sleepUntil(until: Instant): void {
    this.p.block = { on: 'time', until };
  }

  forever(): void {
    this.p.block = { on: 'forever' };
  }

  date(format: string): string {
    const symbols = this.kernel.cycles.symbols;
    return symbols ? symbols.date(format, this.now) : strftime(format, this.now);
  }

  /** The clock's value itself, which a cycle cannot survive. */
  clock(): Instant {
    this.kernel.cycles.inspected();
    return this.now;
  }

  read(fd: number, max?: number, until?: Instant): ReadResult {
    const result = this.kernel.read(this.p, fd, max);
    if (result === 'block') this.p.block = until === undefined ? { on: 'read', fd } : { on: 'read', fd, until };
    if (typeof result === 'object' && 'data' in result && !this.kernel.programs[this.p.prog]?.transparent)
      return { data: this.kernel.plain(result.data) };
    return result;
  }

  path(path: string): string {
    return absolute(this.p.cwd, this.kernel.plain(path));
  }

  open(path: string, mode: 'r' | 'w' | 'a' | 'rw'): number | Errno {
    const id = this.kernel.open(this.p, path, mode);
    if (isErrno(id)) return id;
    let fd = 3;
    while (this.p.fds[fd] !== undefined) fd++;
    this.kernel.setFd(this.p, fd, id);
    return fd;
  }

  close(fd: number): void {
    this.kernel.closeFd(this.p, fd);
  }

  stat(path: string, follow = true): Stat | Errno {
    const stat = this.kernel.files.stat(this.p.c, this.path(path), follow);
    if (isErrno(stat) && /^\/(dev|proc)\//.test(this.path(path))) {
      const id = this.kernel.open(this.p, path, 'r');
      if (isErrno(id)) return stat;
      const file = this.kernel.file(id);
      if (file && file.refs === 0) this.kernel.release(this.kernel.hold(id));
      return { path, t: file?.k === 'file' ? 'f' : 'c', mode: file?.k === 'file' ? 0o444 : 0o666, uid: 0, mtime: 0, size: 0 };
    }
    return stat;
  }

  /** stat by somebody who shows or compares size or time. */
  inspect(path: string, follow = true): Stat | Errno {
    const stat = this.stat(path, follow);
    if (!isErrno(stat) && stat.ino !== undefined) this.kernel.files.look(stat.ino);
    return stat;
  }

  list(path: string): string[] | Errno {
    return this.kernel.files.list(this.p.c, this.path(path));
  }

  /** The whole of a regular file, without blocking. */
  content(path: string): string | { error: Errno } {
    const full = this.path(path);
    const stat = this.kernel.files.stat(this.p.c, full);
    if (!isErrno(stat) && stat.t === 'f' && (this.p.uid === 0 || stat.mode & 0o004 || stat.uid === this.p.uid)) {
      // An image's file is not copied up for a look at it.
      const found = this.kernel.files.text(this.p.c, full);
      if (isErrno(found)) return { error: found };
      const text = 'text' in found ? found.text : readAll(found.inode);
      return this.kernel.programs[this.p.prog]?.transparent ? text : this.kernel.plain(text);
    }
    const id = this.kernel.open(this.p, path, 'r');
    if (isErrno(id)) return { error: id };
    const file = this.kernel.file(id);
    this.kernel.hold(id);
    const inode = this.kernel.s.inodes[file?.ino ?? 0];
    let text = '';
    if (file?.k === 'dir') {
      this.kernel.release(id);
      return { error: 'EISDIR' };
    }
    if (file?.k === 'file' && inode) {
      const fd = 1000;
      this.kernel.setFd(this.p, fd, id);
      const result = this.kernel.read(this.p, fd, inode.size + 1);
      if (typeof result === 'object' && 'data' in result) text = result.data;
      this.kernel.closeFd(this.p, fd);
    }
    this.kernel.release(id);
    return this.kernel.programs[this.p.prog]?.transparent ? text : this.kernel.plain(text);
  }

  writeFile(path: string, text: string, append = false): Errno | undefined {
    const id = this.kernel.open(this.p, path, append ? 'a' : 'w');
    if (isErrno(id)) return id;
    this.kernel.setFd(this.p, 1001, id);
    this.kernel.write(this.p, 1001, text);
    this.kernel.closeFd(this.p, 1001);
    return undefined;
  }

  /** Asks the world outside; undefined means blocked, call again when running again. */
  ask(call: HostCall): HostAnswer | undefined {
    const answer = this.p.answer;
    if (answer) {
      this.p.answer = null;
      return answer;
    }
    this.p.block = { on: 'host', call };
    return undefined;
  }

  errorText(error: Errno): string {
    return ERRNO_TEXT[error];
  }

  /**
   * Standard input or the named files in order, collected whole. Undefined while it waits for more; files that cannot be opened are
   * reported as the program would and leave `failed` set.
   */
  input(files: readonly string[]): { text: string; failed: boolean } | undefined {
    const st = this.p.st as { text?: string; i?: number; failed?: boolean; fd?: number };
    st.text ??= '';
    st.i ??= 0;
    const names = files.length > 0 ? files : ['-'];
    for (;;) {
      const name = names[st.i];
      if (name === undefined) return { text: st.text, failed: st.failed ?? false };
      if (st.fd === undefined) {
        const fd = name === '-' ? 0 : this.open(name, 'r');
        if (isErrno(fd)) {
          this.err(`${this.name}: ${this.cannotOpen(name)}${ERRNO_TEXT[fd]}\n`);
          st.failed = true;
          st.i++;
          continue;
        }
        st.fd = fd;
      }
      const got = this.read(st.fd);
      if (got === 'block') return undefined;
      if (got !== 'eof' && 'data' in got) {
        st.text += got.data;
        continue;
      }
      if (got !== 'eof') {
        this.err(
          `${this.name}: ${this.gnu ? '' : 'read error: '}${got.error === 'EISDIR' && !this.gnu ? '' : `${name}: `}${ERRNO_TEXT[got.error]}\n`,
        );
        st.failed = true;
      }
      if (st.fd !== 0) this.close(st.fd);
      delete st.fd;
      st.i++;
    }
  }

  cannotOpen(name: string): string {
    if (this.gnu) return this.name === 'sort' ? `cannot read: ${name}: ` : `${name}: `;
    return /^(cat|tail|md5sum|sha\d+sum|less|more)$/.test(this.name) ? `can't open '${name}': ` : `${name}: `;
  }
}
