// The few system calls that the state file is made of, and how each becomes durable. Files are 0600 and directories 0700: they hold Secrets.
import {
  closeSync,
  copyFileSync,
  existsSync,
  fdatasync,
  constants as flags,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { makeFolder } from '../machinery/make-folder.ts';
import { StateFileError } from './errors.ts';
import { bytesSource, fileSource, readUpTo, type Source } from './source.ts';

/** Which bytes these were: differs as soon as somebody has appended, replaced or deleted. */
export type Fingerprint = string;

const ABSENT: Fingerprint = 'absent';

/** The file itself, whatever symbolic links lead to it: a fold replaces the file and not the link, and there is one lock for all names. */
export function resolveStatePath(path: string): string {
  let full = resolve(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    if (existsSync(full)) return realpathSync.native(full);
    const to = lstatSync(full, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(full) : undefined;
    if (to === undefined) break;
    full = resolve(dirname(full), to); // leads to what does not exist yet
  }
  const folder = dirname(full);
  return join(existsSync(folder) ? realpathSync.native(folder) : folder, basename(full));
}

/** As many as Linux follows. */
const MOST_LINKS = 40;

/** Files up to this size are read at once. */
export const SHORT = 4 * 2 ** 20;

/**
 * Undefined source: there is no file, or an empty one.
 * @param short the size up to which a file is read at once
 */
export function openSource(path: string, short = SHORT): { source?: Source; fingerprint: Fingerprint } {
  const before = statSync(path, { throwIfNoEntry: false });
  if (!before) return { fingerprint: ABSENT };
  if (!before.isFile()) {
    const what = before.isDirectory() ? 'a directory' : 'not a regular file';
    throw new StateFileError('unreadable', path, `cannot read the state file ${path}: it is ${what}`);
  }
  const fd = openSync(path, 'r');
  let isKept = false;
  try {
    const stat = fstatSync(fd);
    const fingerprint = fingerprintOf(stat);
    if (stat.size === 0) return { fingerprint };
    if (stat.size <= short) return { source: bytesSource(readUpTo(fd, Buffer.allocUnsafeSlow(stat.size), 0)), fingerprint };
    isKept = true;
    return { source: fileSource(fd, stat.size), fingerprint };
  } finally {
    if (!isKept) closeSync(fd);
  }
}

export function fingerprint(path: string): Fingerprint {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? fingerprintOf(stat) : ABSENT;
}

const fingerprintOf = ({ dev, ino, size, mtimeMs }: Stats): Fingerprint => `${dev}/${ino}/${size}/${mtimeMs}`;

/** What has been written but is not durable yet. */
export interface Unsynced {
  readonly fingerprint: Fingerprint;
  durable(): Promise<void>;
}

/** Writes `bytes` at `position` and lets the file end there. A write that fails is taken back. */
export function overwriteTail(path: string, position: number, bytes: Buffer, footer: string): Unsynced {
  const fd = openSync(path, 'r+');
  try {
    if (fstatSync(fd).size > position + footer.length) ftruncateSync(fd, position); // a torn write of somebody who died
    writeAll(fd, bytes, position);
  } catch (error) {
    try {
      ftruncateSync(fd, position);
      writeAll(fd, Buffer.from(footer), position);
    } finally {
      closeSync(fd);
    }
    throw error;
  }
  return {
    fingerprint: fingerprintOf(fstatSync(fd)),
    durable: () => settled((done) => fdatasync(fd, done)).finally(() => closeSync(fd)),
  };
}

/** Writes a file by appending to it, and by writing once more what it has appended. */
export type FileWriter = (append: (bytes: Buffer) => void, overwrite: (position: number, bytes: Buffer) => void) => void;

/**
 * Writes a new file beside `path`; it takes the old one's place once it is durable. `keepAs` is another name for the old one, and
 * must be free; `previous` is one if the file system can give it.
 */
export function replaceFile(path: string, write: FileWriter, keepAs?: string, previous?: string): Unsynced {
  makeFolder(dirname(path));
  const beside = `${path}.new`;
  rmSync(beside, { force: true }); // of somebody who died
  const fd = openSync(beside, 'wx', 0o600);
  try {
    let position = 0;
    const append = (bytes: Buffer): void => {
      writeAll(fd, bytes, position);
      position += bytes.length;
    };
    write(append, (at, bytes) => writeAll(fd, bytes, at));
  } catch (error) {
    closeSync(fd);
    rmSync(beside, { force: true });
    throw error;
  }
  return {
    fingerprint: fingerprintOf(fstatSync(fd)),
    async durable() {
      try {
        await settled((done) => fsync(fd, done)).finally(() => closeSync(fd));
        if (keepAs) keep(path, keepAs);
        if (previous) relink(path, previous);
        renameSync(beside, path);
      } catch (error) {
        rmSync(beside, { force: true });
        throw error;
      }
      syncDirectory(dirname(path));
    },
  };
}

/** `<path>.damaged-1`, or the first such name that is free. */
export function nameAside(path: string): string {
  for (let n = 1; ; n++) if (!existsSync(`${path}.damaged-${n}`)) return `${path}.damaged-${n}`;
}

function keep(path: string, as: string): void {
  try {
    linkSync(path, as);
  } catch {
    copyFileSync(path, as, flags.COPYFILE_EXCL); // a file system without hard links
  }
}

/** What is kept for convenience must not stand in the way of a commit. */
function relink(path: string, as: string): void {
  try {
    rmSync(as, { force: true });
    linkSync(path, as);
  } catch {
    // a file system without hard links: undo reaches back to the last fold only
  }
}

function writeAll(fd: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
}

function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return; // has no such thing, and needs none
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function settled(call: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
}
