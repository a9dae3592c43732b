// Keeps what one Service contributes to a table of the network: entries are written only where they differ, and those that it no
// longer contributes go away.
import { jsonEqual } from '../machinery/equal.ts';
import type { Store } from '../machinery/store.ts';

/**
 * @param index the key under which the names of the Service's entries are remembered
 * @param entries by key
 */
export function replaceEntries(store: Store, index: string, entries: ReadonlyMap<string, unknown>): void {
  const before = store.get<readonly string[]>(index) ?? [];
  for (const key of before) if (!entries.has(key)) store.delete(key);
  for (const [key, entry] of entries) if (!jsonEqual(store.get(key), entry)) store.put(key, entry);
  const names = [...entries.keys()];
  if (names.length === 0) {
    if (before.length > 0) store.delete(index);
  } else if (!jsonEqual(before, names)) {
    store.put(index, names);
  }
}
