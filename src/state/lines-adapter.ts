// lowdb's adapter for the state file: reads lines, and appends to them or writes them anew.
import { rmSync } from 'node:fs';
import type { SyncAdapter } from 'lowdb';
import { Chunks } from './chunks.ts';
import { damagedError } from './damage.ts';
import { type FileWriter, fingerprint, nameAside, openSource, overwriteTail, replaceFile, SHORT, type Unsynced } from './disk.ts';
import { fileError, isFull, type StateFileError } from './errors.ts';
import { type MarkerExtras, writeBlocks, writeChanges, writeLog } from './fold.ts';
import { type CommandMark, checksum, checksumText, FOOTER, HEADER, logLine } from './format.ts';
import { type Damage, type IndexedFile, indexLines } from './index-lines.ts';
import { lockOwner } from './lock.ts';
import { MemoryKeyspace } from './memory-keyspace.ts';

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

/** lowdb's adapter: where the log ends, and whether the next write appends to it or folds it. */
export class LinesAdapter implements SyncAdapter<MemoryKeyspace> {
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
