// What draws are keyed by besides the object: the revision that is about to be, without those that went to what the server makes for
// itself. So a release that makes one more object for itself renames nothing that users see.
import type { Etcd } from '../etcd/etcd.ts';
import type { Store } from '../machinery/store.ts';

/** How many revisions do not count. */
export const UNCOUNTED = '/kubemu/index/uncounted-revisions';

export const occasion = ({ etcd, store }: { etcd: Etcd; store: Store }): number => etcd.revision + 1 - uncounted(store);

export const uncounted = (store: Store): number => store.get<number>(UNCOUNTED) ?? 0;

/** One more revision that does not count. */
export const discount = (store: Store): void => store.put(UNCOUNTED, uncounted(store) + 1);
