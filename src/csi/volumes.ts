// Plays what lies behind a volume that outlives its Pod: a path on a node's disk, or storage of a driver that any node reaches.
//   /kubemu/csi/volumes/<volume>/<path>   files of a driver's volume
//   /kubemu/csi/mounts/<pod uid>          what a Pod has mounted, and the files as they were when they were last compared
// What one Pod writes reaches the storage when its processes next come to rest; Pods that have the volume mounted already do not see it.
import { jsonEqual } from '../machinery/equal.ts';
import { hash32 } from '../machinery/random.ts';
import { drawer, type Store } from '../machinery/store.ts';

/** As the process engine has them. */
export interface StoredFile {
  text: string;
  binary?: boolean;
  mode?: number;
}

export type StoredFiles = Record<string, StoredFile>;

export type Backing = { node: string; path: string } | { volume: string };

interface Mounts {
  backings: Record<string, Backing>;
  /** By volume and path: the hash of the content last seen. */
  seen: Record<string, Record<string, number>>;
}

const prefixOf = (backing: Backing): string =>
  'volume' in backing ? `/kubemu/csi/volumes/${backing.volume}/` : `/kubemu/nodes/${backing.node}/disk${backing.path.replace(/\/*$/, '/')}`;

const mountsOf = (store: Store): Store => drawer(store, '/kubemu/csi/mounts/');

const contentHash = (file: StoredFile): number => hash32(`${file.binary ? 1 : 0}${file.mode ?? ''}\0${file.text}`);

/** A volume's files, by path below its root. */
export function storedFiles(store: Store, backing: Backing): StoredFiles {
  const files: StoredFiles = {};
  const prefix = prefixOf(backing);
  for (const [key, file] of store.range<StoredFile>(prefix)) files[key.slice(prefix.length)] = file;
  return files;
}

/** Notes what a Pod has mounted, so that what it writes finds its way back. */
export function publish(store: Store, uid: string, backings: Record<string, Backing>): void {
  if (Object.keys(backings).length === 0) return;
  const seen = Object.fromEntries(
    Object.entries(backings).map(([volume, backing]) => [
      volume,
      Object.fromEntries(Object.entries(storedFiles(store, backing)).map(([path, file]) => [path, contentHash(file)])),
    ]),
  );
  mountsOf(store).put(uid, { backings, seen } satisfies Mounts);
}

export const unpublish = (store: Store, uid: string): void => {
  if (mountsOf(store).get(uid) !== undefined) mountsOf(store).delete(uid);
};

/** Other Pods that have the same storage mounted. */
export function sharing(store: Store, uid: string, backing: Backing): string[] {
  const others: string[] = [];
  for (const [other, { backings }] of mountsOf(store).range<Mounts>('')) {
    if (other !== uid && Object.values(backings).some((known) => jsonEqual(known, backing))) others.push(other);
  }
  return others;
}

/** Carries what a Pod has changed since the last time into the storage: only its own changes, so that two Pods do not undo each other's. */
export function writeBack(store: Store, uid: string, filesOf: (volume: string) => StoredFiles): void {
  const mounts = mountsOf(store).get<Mounts>(uid);
  if (!mounts) return;
  const seen: Mounts['seen'] = {};
  for (const [volume, backing] of Object.entries(mounts.backings)) {
    const prefix = prefixOf(backing);
    const before = mounts.seen[volume] ?? {};
    const now: Record<string, number> = {};
    for (const [path, file] of Object.entries(filesOf(volume))) {
      now[path] = contentHash(file);
      if (now[path] !== before[path]) store.put(prefix + path, file);
    }
    for (const path of Object.keys(before)) if (now[path] === undefined) store.delete(prefix + path);
    seen[volume] = now;
  }
  if (!jsonEqual(seen, mounts.seen)) mountsOf(store).put(uid, { ...mounts, seen } satisfies Mounts);
}
