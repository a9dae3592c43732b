// Who may move the simulation: one at a time, in order of arrival.

export class Turns {
  #waiting: (() => void)[] = [];
  #taken = false;

  /** Nobody has the turn, and nobody waits for it. */
  get free(): boolean {
    return !this.#taken;
  }

  /** Somebody waits for the turn. */
  get wanted(): boolean {
    return this.#waiting.length > 0;
  }

  /** Resolves when it is the caller's turn. */
  take(): Promise<void> {
    if (!this.#taken) {
      this.#taken = true;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#taken = false;
  }
}
