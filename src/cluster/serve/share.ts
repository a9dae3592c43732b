// How much of the time goes to what the cluster does by itself while requests wait: a served cluster at clock `real` answers first and
// lets its controllers and kubelets fall behind, as a real one does when much is asked of it.
import { breathe, wallNow } from '../../machinery/clock.ts';
import type { Pause } from '../cluster.ts';

/** Before somebody is heard who has come meanwhile, in wall-clock milliseconds. */
const SLICE = 4;
/** Requests that wait may take this many times as long, together, as what went on before them … */
const FAVOUR = 4;
/** … but no longer than this. */
const MOST = 200;

export class Share {
  #until = 0;

  /** @param isPressed whether requests wait */
  constructor(private readonly isPressed: () => boolean) {}

  /** What is due may wait for so long, in wall-clock milliseconds, until others have had their part. */
  get rest(): number {
    return this.isPressed() ? Math.max(0, this.#until - wallNow()) : 0;
  }

  /** Does what is due, in slices, and no more than one of them when somebody waits. */
  async use(work: (pause: Pause) => Promise<void>): Promise<void> {
    const begun = wallNow();
    let heard = begun;
    await work(async () => {
      if (wallNow() - heard < SLICE) return false;
      await breathe();
      heard = wallNow();
      return this.isPressed();
    });
    const end = wallNow();
    this.#until = end + Math.min((end - begun) * FAVOUR, MOST);
  }
}
