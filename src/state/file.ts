// The state file: a lowdb database whose data is a Keyspace and whose adapter reads and appends lines (format.ts).
//
// How the cluster uses it. Reading needs no lock: `openStateFile` sees the last whole commit, whatever a writer is doing. Whoever wants
// to change something takes the lock (lock.ts) first and then asks `changedOutside()`; if somebody has committed in between, it
// drops this StateFile and opens a new one. `commit()` resolves when the changes are durable, writes nothing when nothing is dirty,
// and refuses (`changed`) rather than overwrite what it has not read. Every failure is a StateFileError with one clear line.
import { LowSync } from 'lowdb';
import { fingerprint, resolveStatePath } from './disk.ts';
import { fileError, StateFileError } from './errors.ts';
import type { CommandMark } from './format.ts';
import type { IndexedFile } from './index-lines.ts';
import type { Keyspace } from './keyspace.ts';
import { LinesAdapter, type StateFileOptions } from './lines-adapter.ts';
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
