// Where a command's words come from and go to. Tests hand in their own; a process has its file descriptors.
import { readSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

export interface Io {
  /** `kubectl` or `kubemu`: the program's name in messages. */
  program: string;
  stdout(data: string | Uint8Array): void;
  stderr(data: string | Uint8Array): void;
  /** All of standard input. */
  stdin(): Promise<string>;
  terminal: { stdin: boolean; stdout: boolean; columns: number };
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
}

/** The process itself. Descriptors are written to directly: process.stdout alone costs a millisecond of start-up. */
export function processIo(program: string): Io {
  return {
    program,
    stdout: (data) => writeAll(1, data),
    stderr: (data) => writeAll(2, data),
    stdin: async () => readAll(0),
    get terminal() {
      const stdout = isatty(1);
      return { stdin: isatty(0), stdout, columns: stdout ? process.stdout.columns : 80 };
    },
    env: process.env,
    cwd: process.cwd(),
  };
}

function writeAll(fd: number, data: string | Uint8Array): void {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      // The reader went away, as `| head` does: a real kubectl dies of SIGPIPE here.
      else if (code === 'EPIPE') return;
      else throw error;
    }
  }
}

function readAll(fd: number): string {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.allocUnsafe(65_536);
    let length = 0;
    try {
      length = readSync(fd, chunk);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        continue;
      }
      if (code !== 'EOF') throw error;
    }
    if (length === 0) return Buffer.concat(chunks).toString('utf8');
    chunks.push(chunk.subarray(0, length));
  }
}
