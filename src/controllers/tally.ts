// Workloads count all that they own whenever one of it changes; the rest is the same as before.
import { jsonEqual } from '../machinery/equal.ts';

/** How many items of a list have each of some properties. After another list, only what differs is looked at. */
export class Tally<T> {
  private items: readonly T[] = [];
  private readonly counts: number[];

  /** @param properties what only depends on the item, which does not change */
  constructor(private readonly properties: readonly ((item: T) => boolean)[]) {
    this.counts = properties.map(() => 0);
  }

  of(items: readonly T[]): readonly number[] {
    const before = this.items;
    if (items === before) return this.counts;
    const most = Math.min(items.length, before.length);
    let start = 0;
    while (start < most && items[start] === before[start]) start++;
    let behind = 0;
    while (behind < most - start && items[items.length - 1 - behind] === before[before.length - 1 - behind]) behind++;
    this.add(before, start, before.length - behind, -1);
    this.add(items, start, items.length - behind, 1);
    this.items = items;
    return this.counts;
  }

  private add(items: readonly T[], from: number, to: number, sign: 1 | -1): void {
    for (let i = from; i < to; i++) {
      this.properties.forEach((has, which) => {
        if (has(items[i] as T)) this.counts[which] = (this.counts[which] as number) + sign;
      });
    }
  }
}

/** So many owners' tallies are kept. */
const OWNERS = 100;

/** Tallies by owner; one begins anew when what its properties depend on is not what it was. */
export class Tallies<T, D> {
  private readonly kept = new Map<string, { by: D; tally: Tally<T> }>();

  constructor(private readonly properties: (by: D) => readonly ((item: T) => boolean)[]) {}

  of(owner: string, by: D): Tally<T> {
    const known = this.kept.get(owner);
    if (known && jsonEqual(known.by, by)) return known.tally;
    if (!known && this.kept.size >= OWNERS) this.kept.clear();
    const tally = new Tally(this.properties(by));
    this.kept.set(owner, { by, tally });
    return tally;
  }
}
