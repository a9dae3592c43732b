// The state file: a lowdb database whose data is a Keyspace and whose adapter reads and appends lines (format.ts).
//
// How the cluster uses it. Reading needs no lock: `openStateFile` sees the last whole commit, whatever a writer is doing. Whoever wants
// to change something takes the lock (lock.ts) first and then asks `changedOutside()`; if somebody has committed in between, it
// drops this StateFile and opens a new one. `commit()` resolves when the changes are durable, writes nothing when nothing is dirty,
// and refuses (`changed`) rather than overwrite what it has not read. Every failure is a StateFileError with one clear line.
import { rmSync } from 'node:fs';
import { LowSync, type SyncAdapter } from 'lowdb';
import { Chunks } from './chunks.ts';
import { damagedError } from './damage.ts';
import {
  type FileWriter,
  fingerprint,
  nameAside,
  openSource,
  overwriteTail,
  replaceFile,
  resolveStatePath,
  SHORT,
  type Unsynced,
} from './disk.ts';
import { fileError, isFull, StateFileError } from './errors.ts';
import { type MarkerExtras, writeBlocks, writeChanges, writeLog } from './fold.ts';
import { type CommandMark, checksum, checksumText, FOOTER, HEADER, logLine } from './format.ts';
import { type Damage, type IndexedFile, indexLines } from './index-lines.ts';
import type { Keyspace } from './keyspace.ts';
import { lockOwner } from './lock.ts';
import { MemoryKeyspace } from './memory-keyspace.ts';

export interface StateFile {
  /** Without symbolic links. */
  readonly path: string;
  /** There was no file, or an empty one: the keyspace is empty, and the first commit creates the file. */
  readonly isNew: boolean;
  readonly keyspace: Keyspace;
  /** Puts a new key without telling anybody; see MemoryKeyspace. {@link compact} writes it. */
  putText(key: string, text: (revision: number) => string): void;
  /**
   * The file was damaged or cut short; the keyspace holds the last whole commit before that. To be told to the user. The
   * keyspace is dirty from then on: the next commit repairs the file and keeps the damaged one under the name that the message gives.
   * In a long file (disk.ts) damage may be found later, when what is damaged is first read.
   */
  readonly warning?: StateFileError | undefined;
  /**
   * Makes every change so far durable. The lock must be held. `command` says whose changes they are, for undo (rewind.ts). `written` is
   * called when it is settled what belongs to the commit: what changes later belongs to the next one.
   */
  commit(command?: CommandMark, written?: () => void): Promise<void>;
  /** How many commands the file has seen. */
  readonly commands: number;
  /** Writes the file anew, without history and without what undo could go back to. The lock must be held. */
  compact(): Promise<void>;
  /** The lines that it was read from; undefined when it is new. */
  readonly lines: Pick<IndexedFile, 'eachLine' | 'commits' | 'verify'> | undefined;
  /** Somebody else has committed, or removed the file, since this one was read or last committed. */
  changedOutside(): boolean;
  /** Waits for commits under way; there can be none after it, and nothing can be read that has not been. */
  close(): Promise<void>;
}

export interface StateFileOptions {
  /** The size up to which a log is never folded. */
  small?: number;
  /** The size up to which a file is read, and verified, at once. */
  short?: number;
  /** Told of a warning that comes after opening. */
  onDamage?: (warning: StateFileError) => void;
}

/** A log shorter than this is never worth folding. */
const SMALL = 256 * 1024;
/** A commit of more keys than this writes the file anew, block by block, and not one enormous tail. */
const MANY = 50_000;
/** A log that is read whole at every opening may be as long as what was folded, up to here; then an eighth of it. */
const LONG = 4 * 2 ** 20;
/** A longer file is not kept when it is folded, so undo does not reach behind the fold. */
const MOST_KEPT = 64 * 2 ** 20;

/** The file as it was before the last fold. */
export const previousFile = (path: string): string => `${path}.previous`;

export function openStateFile(path: string, options: StateFileOptions = {}): StateFile {
  return new OpenFile(resolveStatePath(path), options);
}

class OpenFile implements StateFile {
  readonly #adapter: LinesAdapter;
  readonly #db: LowSync<MemoryKeyspace>;
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(
    readonly path: string,
    options: StateFileOptions,
  ) {
    this.#adapter = new LinesAdapter(path, options);
    this.#db = new LowSync<MemoryKeyspace>(this.#adapter, new MemoryKeyspace());
    this.#db.read();
    this.isNew = !this.#adapter.file;
  }

  readonly isNew: boolean;

  get warning(): StateFileError | undefined {
    return this.#adapter.warning;
  }

  get keyspace(): Keyspace {
    return this.#db.data;
  }

  get commands(): number {
    return this.#adapter.commands;
  }

  get lines(): IndexedFile | undefined {
    return this.#adapter.file;
  }

  putText(key: string, text: (revision: number) => string): void {
    this.#db.data.putText(key, text);
  }

  compact(): Promise<void> {
    this.#db.data.compact();
    this.#db.data.distrust();
    this.#adapter.isCompacting = true;
    return this.commit();
  }

  commit(command?: CommandMark, written?: () => void): Promise<void> {
    const next = (): Promise<void> => this.#commit(command, written);
    this.#last = this.#last.then(next, next);
    return this.#last;
  }

  changedOutside(): boolean {
    return fingerprint(this.path) !== this.#adapter.fingerprint;
  }

  close(): Promise<void> {
    const done = (): void => {
      this.#isClosed = true;
      this.#adapter.file?.close();
    };
    return this.#last.then(done, done);
  }

  async #commit(command: CommandMark | undefined, written?: () => void): Promise<void> {
    if (this.#isClosed) throw new Error('commit of a closed state file');
    if (!this.keyspace.dirty && !this.#adapter.mustRewrite) return;
    try {
      if (this.changedOutside()) {
        throw new StateFileError(
          'changed',
          this.path,
          `the state file ${this.path} was changed by another process at the same time; nothing was saved`,
        );
      }
      this.#adapter.command = command;
      this.#db.write();
      written?.();
      await this.#adapter.durable(this.#db.data);
    } catch (error) {
      throw fileError('write', this.path, error);
    }
  }
}

/** lowdb's adapter: where the log ends, and whether the next write appends to it or folds it. */
class LinesAdapter implements SyncAdapter<MemoryKeyspace> {
  file: IndexedFile | undefined;
  fingerprint = '';
  /** Where a damaged file will be kept. */
  aside = '';
  /** The file does not hold what has been committed: it is damaged, or a write of it failed. */
  mustRewrite = false;
  /** Whose changes the next write holds. */
  command: CommandMark | undefined;
  commands = 0;
  /** The next write folds, and nothing before it is kept. */
  isCompacting = false;
  #end = 0;
  #folded = 0;
  #crc = 0;
  #unsynced: Unsynced | undefined;
  readonly #small: number;
  readonly #options: StateFileOptions;
  warning: StateFileError | undefined;

  constructor(
    readonly path: string,
    options: StateFileOptions,
  ) {
    this.#options = options;
    this.#small = options.small ?? SMALL;
  }

  read(): MemoryKeyspace | null {
    let isTorn = false;
    let keyspace: MemoryKeyspace | undefined;
    const found = (damage: Damage): void => {
      this.#distrust(damage, this.file?.revision ?? 0);
      keyspace?.distrust();
      if (this.warning) this.#options.onDamage?.(this.warning);
    };
    try {
      for (;;) {
        const { source, fingerprint: of } = openSource(this.path, this.#options.short ?? SHORT);
        this.fingerprint = of;
        if (!source) return null;
        this.file = indexLines(source, this.path, found);
        if (!this.file.isTorn || isBeingWritten(this.path)) break;
        isTorn = fingerprint(this.path) === of; // otherwise its writer was just at it
        if (isTorn) break;
        source.close();
      }
    } catch (error) {
      throw fileError('read', this.path, error);
    }
    const { end, folded, crc, commands, damage, revision } = this.file;
    this.#end = end;
    this.#folded = folded;
    this.#crc = crc;
    this.commands = commands;
    if (isTorn || damage !== undefined) this.#distrust(damage, revision);
    keyspace = new MemoryKeyspace(this.file);
    if (this.mustRewrite) keyspace.distrust();
    return keyspace;
  }

  /** The next write does not build on the file. */
  #distrust(damage: Damage | undefined, revision: number): void {
    this.mustRewrite = true;
    this.aside ||= nameAside(this.path);
    this.warning ??= damagedError(this.path, damage, revision, this.aside);
  }

  write(keyspace: MemoryKeyspace): void {
    try {
      this.#unsynced = this.#mustFold(keyspace)
        ? this.#fold(keyspace)
        : this.#isLong()
          ? this.#foldIfFits(keyspace)
          : this.#append(keyspace);
    } catch (error) {
      this.fingerprint = fingerprint(this.path); // half a write, taken back: ours all the same
      throw error;
    }
    keyspace.written();
  }

  /** Resolves when the last write will survive a power cut. */
  async durable(keyspace: MemoryKeyspace): Promise<void> {
    const unsynced = this.#unsynced;
    if (!unsynced) return;
    try {
      await unsynced.durable();
      this.fingerprint = unsynced.fingerprint;
      this.mustRewrite = false;
      this.aside = '';
    } catch (error) {
      this.fingerprint = fingerprint(this.path);
      keyspace.distrust();
      this.mustRewrite = true; // what a device has refused to make durable once, it may never
      throw error;
    } finally {
      this.#unsynced = undefined;
    }
  }

  #mustFold(keyspace: MemoryKeyspace): boolean {
    if (this.#end === 0 || this.mustRewrite || this.isCompacting) return true;
    const { changes, plain } = keyspace.pending();
    return changes.length + plain.size > MANY;
  }

  /** The log has outgrown what was folded. */
  #isLong(): boolean {
    return this.#end - this.#folded > Math.max(this.#small, Math.min(this.#folded, LONG), this.#folded / 8);
  }

  /** On a device too full for another copy of the file the log goes on growing. */
  #foldIfFits(keyspace: MemoryKeyspace): Unsynced {
    try {
      return this.#fold(keyspace);
    } catch (error) {
      if (!isFull(error)) throw error;
      return this.#append(keyspace);
    }
  }

  #append(keyspace: MemoryKeyspace): Unsynced {
    const sink = new Chunks(this.#crc);
    writeChanges(keyspace, sink, this.#extras());
    const crc = sink.crc;
    sink.write(FOOTER);
    const bytes = sink.rest();
    const unsynced = overwriteTail(this.path, this.#end, bytes, FOOTER);
    this.#end += bytes.length - FOOTER.length;
    this.#crc = crc;
    return unsynced;
  }

  #extras(): MarkerExtras {
    const { command } = this;
    this.commands = Math.max(this.commands, command?.number ?? 0);
    return { ...(command ? { command } : {}), ...(this.commands > 0 ? { commands: this.commands } : {}) };
  }

  #fold(keyspace: MemoryKeyspace): Unsynced {
    let size = 0;
    let crc = 0;
    const copy = (line: number): Buffer => (line < 0 ? keyspace.textLine(line) : (this.file?.lineBytes(line) ?? Buffer.alloc(0)));
    const write: FileWriter = (append, overwrite) => {
      const count = (bytes: Buffer): void => {
        size += bytes.length;
        append(bytes);
      };
      const blocks = new Chunks(undefined, count);
      blocks.write(HEADER + logLine(0));
      const directory = writeBlocks(keyspace, copy, (bytes) => blocks.write(bytes));
      count(blocks.rest());
      const second = logLine(size);
      const log = new Chunks(checksum(Buffer.from(HEADER + second), 0), count);
      writeLog(keyspace, directory, log, extras);
      crc = log.crc;
      count(log.rest());
      append(Buffer.from(FOOTER));
      overwrite(HEADER.length, Buffer.from(second));
    };
    const keepsPrevious = this.commands > 0 && !this.mustRewrite && !this.isCompacting && this.#end <= MOST_KEPT;
    const extras = { ...this.#extras(), ...(keepsPrevious ? { follows: checksumText(this.#crc) } : {}) };
    if (this.isCompacting) rmSync(previousFile(this.path), { force: true });
    this.isCompacting = false;
    const unsynced = replaceFile(this.path, write, this.aside || undefined, keepsPrevious ? previousFile(this.path) : undefined);
    this.#end = this.#folded = size;
    this.#crc = crc;
    return unsynced;
  }
}

/** What looks torn is a write under way, as long as another process holds the lock. */
function isBeingWritten(path: string): boolean {
  const owner = lockOwner(path);
  return owner !== undefined && owner.pid !== process.pid;
}
