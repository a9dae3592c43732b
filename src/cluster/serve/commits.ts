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
  #mark: CommandMark | undefined;
  #isLazy = false;

  constructor(private readonly options: CommitsOptions) {
    void this.#keepLock();
  }

  /** Somebody waits for a commit that has not begun. */
  get waiting(): boolean {
    return this.#next !== undefined;
  }

  /** Resolves when all that has been changed so far is on disk, as the doing of `mark`. Who comes meanwhile shares the next commit. */
  durable(mark?: CommandMark): Promise<void> {
    const { file, save, between } = this.options;
    this.#mark = mark ?? this.#mark;
    this.#next ??= between(async () => {
      this.#next = undefined;
      const command = this.#mark;
      this.#mark = undefined;
      save();
      await file.commit(command);
    });
    return this.#next;
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
