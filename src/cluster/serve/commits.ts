// When a served cluster's changes reach the disk: between two turns, so that no half of a reconcile is ever kept.
import { wallSleep } from '../../machinery/clock.ts';
import type { StateFile } from '../../state/file.ts';
import type { CommandMark } from '../../state/format.ts';
import type { Lock } from '../../state/lock.ts';

export interface CommitsOptions {
  file: StateFile;
  /** Held all the while; this keeps its sign of life fresh. */
  lock: Lock;
  /** The end of it all. */
  signal: AbortSignal;
  /** Writes what is kept in memory between commits into the keyspace. */
  save(): void;
  report(error: unknown): void;
  /** Works while nobody moves the simulation. */
  between(work: () => Promise<void>): Promise<void>;
}

const TOUCH = 60_000;
/** How long changes that nobody waits for may stay in memory, in wall-clock milliseconds. */
const LAZY = 1000;

export class Commits {
  #next: Promise<void> | undefined;
  /** What has been written and may not be on disk yet. */
  #under: Promise<void> = Promise.resolve();
  #mark: CommandMark | undefined;
  #isLazy = false;
  #count = 0;

  constructor(private readonly options: CommitsOptions) {
    void this.#keepLock();
  }

  /** Somebody waits for a commit. */
  get waiting(): boolean {
    return this.#count > 0;
  }

  /** Resolves when all that has been changed so far is on disk, as the doing of `mark`. */
  durable(mark?: CommandMark): Promise<void> {
    return this.options.file.keyspace.dirty ? this.commit(mark) : this.#under;
  }

  /** The same, with what {@link CommitsOptions.save} has to say. Who comes before it begins shares it. */
  commit(mark?: CommandMark): Promise<void> {
    this.#mark = mark ?? this.#mark;
    this.#next ??= this.#commit();
    return this.#next;
  }

  /** The turn lasts as long as writing; while the disk takes its time, others go on. */
  async #commit(): Promise<void> {
    const { file, save, between } = this.options;
    let committed: Promise<void> | undefined;
    this.#count++;
    try {
      await this.#under.catch(() => undefined); // told to those who waited for it
      await between(async () => {
        this.#next = undefined;
        const command = this.#mark;
        this.#mark = undefined;
        save();
        await new Promise<void>((written, refused) => {
          committed = file.commit(command, written).then(written);
          this.#under = committed;
          committed.catch(refused);
        });
      });
      await committed;
    } finally {
      this.#count--;
    }
  }

  /** Nobody waits for it. */
  lazily(): void {
    if (this.#isLazy) return;
    this.#isLazy = true;
    const { file, signal, report } = this.options;
    void wallSleep(LAZY, signal).then(async () => {
      this.#isLazy = false;
      if (file.keyspace.dirty && !signal.aborted) await this.durable().catch(report);
    });
  }

  async #keepLock(): Promise<void> {
    const { lock, signal, report } = this.options;
    for (;;) {
      await wallSleep(TOUCH, signal);
      if (signal.aborted) return;
      try {
        lock.touch();
      } catch (error) {
        report(error);
      }
    }
  }
}
