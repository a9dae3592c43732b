// A container's file system: a writable layer over its image's files, volumes mounted into it, /dev and /proc.
import type { Instant } from '../../machinery/clock.ts';
import type { ImageFile } from '../images/base-files.ts';
import { setText } from './content.ts';
import { type ContainerRecord, type Inode, type KernelState, lowestFree, type Names } from './state.ts';

export type Errno =
  | 'ENOENT'
  | 'EACCES'
  | 'EISDIR'
  | 'ENOTDIR'
  | 'EROFS'
  | 'EEXIST'
  | 'ENOTEMPTY'
  | 'ELOOP'
  | 'EBADF'
  | 'EXDEV'
  | 'EBUSY'
  | 'EPERM'
  | 'ENOSPC';

export const ERRNO_TEXT: Record<Errno, string> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
  EROFS: 'Read-only file system',
  EEXIST: 'File exists',
  ENOTEMPTY: 'Directory not empty',
  ELOOP: 'Too many levels of symbolic links',
  EBADF: 'Bad file descriptor',
  EXDEV: 'Invalid cross-device link',
  EBUSY: 'Resource busy',
  EPERM: 'Operation not permitted',
  ENOSPC: 'No space left on device',
};

/** When the files of images were made. */
export const IMAGE_TIME: Instant = 1_759_881_600_000;

interface Place {
  path: string;
  names: Names;
  key: string;
  image: Map<string, ImageFile> | null;
  readOnly: boolean;
  /** A mount point: cannot be removed or renamed. */
  mount: boolean;
}

export interface Stat {
  path: string;
  t: 'f' | 'd' | 'l' | 'p' | 'c';
  mode: number;
  uid: number;
  mtime: Instant;
  size: number;
  ino?: number;
  to?: string;
}

export const isErrno = (value: unknown): value is Errno => typeof value === 'string';

/** Joins and normalises: no `.`, `..` or double slashes are left. */
export function absolute(cwd: string, path: string): string {
  const out: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') out.pop();
    else out.push(part);
  }
  return `/${out.join('/')}`;
}

export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';
export const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export class Files {
  constructor(
    private readonly s: KernelState,
    private readonly imageOf: (c: ContainerRecord) => Map<string, ImageFile>,
    /** Told of a change of names, and of a look at a file's size or content. */
    private readonly notice: { names(): void; look(ino: number): void; rewrite(ino: number): void },
  ) {}

  private container(c: string): ContainerRecord {
    const container = this.s.containers[c];
    if (!container) throw new Error(`no container ${c} in this machine`);
    return container;
  }

  private place(c: string, path: string): Place {
    const container = this.container(c);
    let best: ContainerRecord['spec']['mounts'][number] | undefined;
    for (const mount of container.spec.mounts) {
      const root = mount.path.length > 1 && mount.path.endsWith('/') ? mount.path.slice(0, -1) : mount.path;
      if ((path === root || path.startsWith(root === '/' ? '/' : `${root}/`)) && root.length >= (best?.path.length ?? 0))
        best = { ...mount, path: root };
    }
    if (!best) {
      return {
        path,
        names: container.names,
        key: path,
        image: this.imageOf(container),
        readOnly: container.spec.readOnlyRootFilesystem === true,
        mount: path === '/',
      };
    }
    const names = this.s.volumes[best.volume] ?? {};
    this.s.volumes[best.volume] = names;
    const key = absolute('/', `${best.subPath ?? ''}/${path.slice(best.path.length)}`);
    return { path, names, key, image: null, readOnly: best.readOnly === true, mount: path === best.path };
  }

  private statPlace(c: string, place: Place): Stat | Errno {
    const ino = place.names[place.key];
    if (ino !== undefined && ino >= 0) {
      const inode = this.s.inodes[ino];
      if (inode)
        return {
          path: place.path,
          t: inode.t,
          mode: inode.mode,
          uid: inode.uid,
          mtime: inode.mtime,
          size: inode.t === 'd' ? 4096 : inode.size,
          ino,
          ...(inode.to !== undefined && { to: inode.to }),
        };
    }
    if (ino === undefined) {
      const file = place.image?.get(place.key);
      if (file)
        return {
          path: place.path,
          t: file.t,
          mode: file.mode,
          uid: 0,
          mtime: IMAGE_TIME,
          size: file.t === 'd' ? 4096 : file.text.length,
          ...(file.to !== undefined && { to: file.to }),
        };
      if (place.key === '/')
        return { path: place.path, t: 'd', mode: 0o777, uid: 0, mtime: this.container(c).status.startedAt, size: 4096 };
      const prefix = place.path === '/' ? '/' : `${place.path}/`;
      if (
        this.container(c).spec.mounts.some((m) => m.path.startsWith(prefix)) ||
        Object.keys(place.names).some((key) => key.startsWith(`${place.key}/`) && (place.names[key] ?? -1) >= 0)
      ) {
        return { path: place.path, t: 'd', mode: 0o755, uid: 0, mtime: this.container(c).status.startedAt, size: 4096 };
      }
    }
    return 'ENOENT';
  }

  /** Follows symbolic links on the way, and a last one too if asked. */
  realPath(c: string, path: string, followLast = true): string | { error: Errno } {
    let rest = path.split('/').filter(Boolean);
    let at = '/';
    for (let hops = 0; rest.length > 0; ) {
      const next = rest[0] ?? '';
      const here = at === '/' ? `/${next}` : `${at}/${next}`;
      const stat = this.statPlace(c, this.place(c, here));
      if (isErrno(stat)) return rest.length === 1 ? here : { error: 'ENOENT' };
      rest = rest.slice(1);
      if (stat.t === 'l' && (rest.length > 0 || followLast)) {
        if (++hops > 40) return { error: 'ELOOP' };
        rest = [
          ...absolute(at, stat.to ?? '')
            .split('/')
            .filter(Boolean),
          ...rest,
        ];
        at = '/';
      } else {
        if (stat.t !== 'd' && rest.length > 0) return { error: 'ENOTDIR' };
        at = here;
      }
    }
    return at;
  }

  private find(c: string, path: string, follow = true): Place | Errno {
    const real = this.realPath(c, path, follow);
    return typeof real === 'string' ? this.place(c, real) : real.error;
  }

  stat(c: string, path: string, follow = true): Stat | Errno {
    const place = this.find(c, path, follow);
    return isErrno(place) ? place : this.statPlace(c, place);
  }

  exists(c: string, path: string): boolean {
    return !isErrno(this.stat(c, path));
  }

  /** A file as an inode; one of the image is copied up. */
  inode(c: string, path: string): number | Errno {
    const place = this.find(c, path);
    if (isErrno(place)) return place;
    const stat = this.statPlace(c, place);
    if (isErrno(stat)) return stat;
    if (stat.t === 'd') return 'EISDIR';
    if (stat.ino !== undefined) return stat.ino;
    const file = place.image?.get(place.key);
    const ino = this.newInode('f', stat.mode, 0, IMAGE_TIME);
    const inode = this.s.inodes[ino];
    if (inode && file) setText(inode, file.text);
    place.names[place.key] = ino;
    return ino;
  }

  /** Content without copying up. */
  text(c: string, path: string): { inode: Inode } | { text: string } | Errno {
    const place = this.find(c, path);
    if (isErrno(place)) return place;
    const stat = this.statPlace(c, place);
    if (isErrno(stat)) return stat;
    if (stat.t === 'd') return 'EISDIR';
    if (stat.ino !== undefined) {
      this.notice.look(stat.ino);
      const inode = this.s.inodes[stat.ino];
      return inode ? { inode } : 'ENOENT';
    }
    return { text: place.image?.get(place.key)?.text ?? '' };
  }

  private newInode(t: Inode['t'], mode: number, uid: number, mtime: Instant): number {
    const ino = lowestFree(this.s.inodes);
    this.s.inodes[ino] = { t, mode, uid, mtime, size: 0, segs: [] };
    return ino;
  }

  /** Whether `uid` may change what lies in the directory of `place`. */
  private writable(c: string, place: Place, uid: number): Errno | undefined {
    if (place.readOnly) return 'EROFS';
    const dir = this.stat(c, parentOf(place.path));
    if (isErrno(dir)) return dir;
    if (dir.t !== 'd') return 'ENOTDIR';
    if (uid !== 0 && !(dir.mode & 0o002) && !(dir.uid === uid && dir.mode & 0o200)) return 'EACCES';
    return undefined;
  }

  create(c: string, path: string, t: Inode['t'], mode: number, uid: number, to?: string): number | Errno {
    const place = this.find(c, path, t === 'f');
    if (isErrno(place)) return place;
    if (!isErrno(this.statPlace(c, place))) return 'EEXIST';
    const error = this.writable(c, place, uid);
    if (error) return error;
    const ino = this.newInode(t, mode, uid, this.s.now);
    const inode = this.s.inodes[ino];
    if (inode && to !== undefined) {
      inode.to = to;
      inode.size = to.length;
    }
    place.names[place.key] = ino;
    this.notice.names();
    return ino;
  }

  /** For writing: the inode, made if absent. */
  openForWriting(c: string, path: string, mode: number, uid: number): number | Errno {
    const stat = this.stat(c, path);
    if (stat === 'ENOENT') return this.create(c, path, 'f', mode, uid);
    if (isErrno(stat)) return stat;
    if (stat.t === 'd') return 'EISDIR';
    const place = this.find(c, path);
    if (isErrno(place)) return place;
    if (place.readOnly) return 'EROFS';
    if (uid !== 0 && !(stat.mode & 0o002) && !(stat.uid === uid && stat.mode & 0o200)) return 'EACCES';
    return this.inode(c, path);
  }

  list(c: string, path: string): string[] | Errno {
    const place = this.find(c, path);
    if (isErrno(place)) return place;
    const stat = this.statPlace(c, place);
    if (isErrno(stat)) return stat;
    if (stat.t !== 'd') return 'ENOTDIR';
    const found = new Set<string>();
    const collect = (keys: Iterable<string>, dir: string, has: (key: string) => boolean): void => {
      const prefix = dir === '/' ? '/' : `${dir}/`;
      for (const key of keys) {
        if (key.length > prefix.length && key.startsWith(prefix) && has(key)) found.add(key.slice(prefix.length).split('/', 1)[0] ?? '');
      }
    };
    if (place.image) collect(place.image.keys(), place.key, (key) => place.names[key] === undefined || (place.names[key] ?? -1) >= 0);
    collect(Object.keys(place.names), place.key, (key) => (place.names[key] ?? -1) >= 0);
    collect(
      this.container(c).spec.mounts.map((m) => m.path),
      place.path,
      () => true,
    );
    for (const name of [...found]) {
      const key = place.key === '/' ? `/${name}` : `${place.key}/${name}`;
      if (place.names[key] === -1) found.delete(name);
    }
    return [...found].sort();
  }

  unlink(c: string, path: string, uid: number): Errno | undefined {
    const place = this.find(c, path, false);
    if (isErrno(place)) return place;
    const stat = this.statPlace(c, place);
    if (isErrno(stat)) return stat;
    if (place.mount) return 'EBUSY';
    const error = this.writable(c, place, uid);
    if (error) return error;
    if (stat.t === 'd') {
      const children = this.list(c, place.path);
      if (!isErrno(children) && children.length > 0) return 'ENOTEMPTY';
    }
    this.drop(place);
    return undefined;
  }

  private drop(place: Place): void {
    const ino = place.names[place.key];
    if (place.image?.has(place.key)) place.names[place.key] = -1;
    else delete place.names[place.key];
    this.notice.names();
    if (ino !== undefined && ino >= 0) this.collect(ino);
  }

  /** Frees an inode that no name and no open file refers to. */
  collect(ino: number): void {
    const s = this.s;
    for (const container of Object.values(s.containers)) if (Object.values(container.names).includes(ino)) return;
    for (const names of Object.values(s.volumes)) if (Object.values(names).includes(ino)) return;
    for (const file of Object.values(s.files)) if (file.ino === ino) return;
    delete s.inodes[ino];
  }

  rename(c: string, from: string, to: string, uid: number): Errno | undefined {
    const source = this.find(c, from, false);
    const target = this.find(c, to, false);
    if (isErrno(source)) return source;
    if (isErrno(target)) return target;
    const stat = this.statPlace(c, source);
    if (isErrno(stat)) return stat;
    if (source.mount) return 'EBUSY';
    const error = this.writable(c, source, uid) ?? this.writable(c, target, uid);
    if (error) return error;
    if (source.path === target.path) return undefined;
    const moved: [string, number][] = [];
    const adopt = (path: string): void => {
      const at = this.find(c, path, false);
      if (isErrno(at)) return;
      const st = this.statPlace(c, at);
      if (isErrno(st)) return;
      if (st.t === 'd') for (const child of this.list(c, path) as string[]) adopt(`${path}/${child}`);
      const ino = st.ino ?? (st.t === 'd' ? this.newInode('d', st.mode, st.uid, st.mtime) : this.inode(c, path));
      if (isErrno(ino)) return;
      moved.push([path.slice(source.path.length), ino]);
      if (at.image?.has(at.key)) at.names[at.key] = -1;
      else delete at.names[at.key];
    };
    adopt(source.path);
    const old = target.names[target.key];
    for (const [suffix, ino] of moved.reverse()) target.names[target.key + suffix] = ino;
    this.notice.names();
    if (old !== undefined && old >= 0) this.collect(old);
    return undefined;
  }

  link(c: string, from: string, to: string, uid: number): Errno | undefined {
    const ino = this.inode(c, from);
    if (isErrno(ino)) return ino;
    const target = this.find(c, to, false);
    if (isErrno(target)) return target;
    if (!isErrno(this.statPlace(c, target))) return 'EEXIST';
    const error = this.writable(c, target, uid);
    if (error) return error;
    target.names[target.key] = ino;
    this.notice.names();
    return undefined;
  }

  change(c: string, path: string, set: { mode?: number; uid?: number; mtime?: Instant }): Errno | undefined {
    const place = this.find(c, path);
    if (isErrno(place)) return place;
    const stat = this.statPlace(c, place);
    if (isErrno(stat)) return stat;
    if (place.readOnly) return 'EROFS';
    let ino = stat.ino;
    if (ino === undefined) {
      const made = stat.t === 'd' ? this.newInode('d', stat.mode, stat.uid, stat.mtime) : this.inode(c, path);
      if (isErrno(made)) return made;
      ino = made;
      place.names[place.key] = ino;
      this.notice.names();
    }
    const inode = this.s.inodes[ino];
    if (inode) Object.assign(inode, set);
    if (set.mode !== undefined) this.notice.names();
    return undefined;
  }

  /** Size and times of this file were looked at. */
  look(ino: number): void {
    this.notice.look(ino);
  }
}
