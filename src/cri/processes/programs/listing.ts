// ls, stat, du and df.
import { isErrno, type Stat } from '../files.ts';
import { strftime } from '../strftime.ts';
import type { Sys } from '../sys.ts';
import { instant } from './basic.ts';
import { options } from './options.ts';
import { isDirectory, report } from './report.ts';

const permissions = (stat: Stat): string => {
  const bits = [...'rwxrwxrwx'].map((c, i) => (stat.mode & (1 << (8 - i)) ? c : '-'));
  if (stat.mode & 0o1000) bits[8] = stat.mode & 1 ? 't' : 'T';
  return { d: 'd', l: 'l', f: '-', p: 'p', c: 'c' }[stat.t] + bits.join('');
};

const owner = (uid: number): string => (uid === 0 ? 'root' : uid === 65534 ? 'nobody' : String(uid));

export const join = (dir: string, name: string): string => (dir.endsWith('/') ? dir + name : `${dir}/${name}`);

export function human(bytes: number): string {
  let n = bytes;
  let unit = '';
  for (const next of ['K', 'M', 'G', 'T']) {
    if (n < 1024) break;
    n /= 1024;
    unit = next;
  }
  return unit === '' ? String(bytes) : `${n < 10 ? (Math.ceil(n * 10) / 10).toFixed(1) : Math.ceil(n)}${unit}`;
}

export const ls = instant((sys) => {
  const { flags, rest } = options(
    sys.args.filter((a) => !a.startsWith('--color')),
    '',
  );
  const targets = rest.length > 0 ? rest : ['.'];
  const files: [string, Stat][] = [];
  const dirs: string[] = [];
  let status = 0;
  for (const target of targets) {
    const stat = flags.l ? sys.inspect(target, rest.length === 0 || target.endsWith('/')) : sys.stat(target);
    if (isErrno(stat)) {
      sys.err(sys.gnu ? `ls: cannot access '${target}': ${sys.errorText(stat)}\n` : `ls: ${target}: ${sys.errorText(stat)}\n`);
      status = sys.gnu ? 2 : 1;
    } else if (stat.t === 'd' && !flags.d) dirs.push(target);
    else files.push([target, stat]);
  }
  const show = (entries: [string, Stat][]): void => {
    const sorted = [...entries].sort(
      (a, b) =>
        (flags.t ? b[1].mtime - a[1].mtime : 0) || (flags.S ? b[1].size - a[1].size : 0) || (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0),
    );
    if (flags.r) sorted.reverse();
    const suffix = (stat: Stat): string =>
      (flags.F || flags.p) && stat.t === 'd' ? '/' : flags.F && stat.t === 'l' ? '@' : flags.F && stat.mode & 0o111 ? '*' : '';
    const inode = (stat: Stat): string => (flags.i ? `${stat.ino ?? 2} ` : '');
    if (!flags.l && !flags.n) {
      sys.out(sorted.map(([name, stat]) => `${inode(stat)}${name}${suffix(stat)}\n`).join(''));
      return;
    }
    const size = (stat: Stat): string => (flags.h ? human(stat.size) : String(stat.size));
    const width = Math.max(...sorted.map(([, stat]) => size(stat).length), 0);
    for (const [name, stat] of sorted) {
      const recent = sys.now - stat.mtime < 15_768_000_000;
      const time = strftime(recent ? '%b %e %H:%M' : '%b %e  %Y', stat.mtime);
      const links = stat.t === 'd' ? 2 : 1;
      const who = flags.n ? String(stat.uid) : owner(stat.uid);
      const head = sys.gnu
        ? `${permissions(stat)} ${links} ${who} ${who} ${size(stat).padStart(width)}`
        : `${permissions(stat)} ${String(links).padStart(4)} ${who.padEnd(8)} ${who.padEnd(8)} ${size(stat).padStart(9)}`;
      sys.out(`${inode(stat)}${head} ${time} ${name}${stat.t === 'l' ? ` -> ${stat.to}` : suffix(stat)}\n`);
    }
  };
  if (files.length > 0) show(files);
  const visit = (dir: string, first: boolean): void => {
    const names = sys.list(dir);
    if (isErrno(names)) return;
    if (targets.length > 1 || flags.R) sys.out(`${first ? '' : '\n'}${dir}:\n`);
    const shown = names.filter((n) => flags.a || flags.A || !n.startsWith('.'));
    if (flags.a) shown.unshift('.', '..');
    const entries = shown.flatMap((name): [string, Stat][] => {
      const stat = flags.l ? sys.inspect(join(dir, name), false) : sys.stat(join(dir, name), false);
      return isErrno(stat) ? [] : [[name, stat]];
    });
    if (flags.l) sys.out(`total ${entries.reduce((sum, [, s]) => sum + Math.ceil(s.size / 4096) * 4, 0)}\n`);
    show(entries);
    if (flags.R) for (const [name, stat] of entries) if (stat.t === 'd' && name !== '.' && name !== '..') visit(join(dir, name), false);
  };
  for (const [i, dir] of dirs.entries()) visit(dir, i === 0 && files.length === 0);
  return status;
});

export const stat = instant((sys) => {
  const { flags, rest } = options(sys.args, 'c');
  let status = 0;
  for (const target of rest) {
    const found = sys.inspect(target, flags.L !== undefined);
    if (isErrno(found)) {
      status = report(sys, `cannot statx '${target}'`, `can't stat '${target}'`, found);
      continue;
    }
    const kind = {
      f: found.size === 0 ? 'regular empty file' : 'regular file',
      d: 'directory',
      l: 'symbolic link',
      p: 'fifo',
      c: 'character special file',
    }[found.t];
    const fields: Record<string, string> = {
      n: target,
      s: String(found.size),
      a: found.mode.toString(8),
      A: permissions(found),
      U: owner(found.uid),
      G: owner(found.uid),
      u: String(found.uid),
      g: String(found.uid),
      F: kind,
      Y: String(Math.floor(found.mtime / 1000)),
      y: `${strftime('%F %T', found.mtime)}.000000000 +0000`,
      i: String(found.ino ?? 2),
      h: '1',
      b: String(Math.ceil(found.size / 512)),
      B: '512',
    };
    if (flags.c !== undefined) sys.out(`${String(flags.c).replace(/%([a-zA-Z])/g, (all, c: string) => fields[c] ?? all)}\n`);
    else {
      const time = fields.y;
      sys.out(
        `  File: ${target}\n  Size: ${String(found.size).padEnd(10)}\tBlocks: ${String(Math.ceil(found.size / 512)).padEnd(10)} IO Block: 4096   ${kind}\nDevice: 8,1\tInode: ${String(found.ino ?? 2).padEnd(11)} Links: 1\nAccess: (${found.mode.toString(8).padStart(4, '0')}/${permissions(found)})  Uid: (${String(found.uid).padStart(5)}/${owner(found.uid).padStart(8)})   Gid: (${String(found.uid).padStart(5)}/${owner(found.uid).padStart(8)})\nAccess: ${time}\nModify: ${time}\nChange: ${time}\n`,
      );
    }
  }
  return status;
});

function usage(sys: Sys, path: string): number {
  const found = sys.inspect(path, false);
  if (isErrno(found)) return 0;
  const names = found.t === 'd' ? sys.list(path) : [];
  return Math.ceil(found.size / 4096) * 4096 + (isErrno(names) ? 0 : names.reduce((sum, name) => sum + usage(sys, join(path, name)), 0));
}

export const du = instant((sys) => {
  const { flags, rest } = options(sys.args, 'd');
  let status = 0;
  const show = (path: string): void => {
    const bytes = usage(sys, path);
    sys.out(`${flags.h ? human(bytes) : flags.m ? Math.ceil(bytes / 1_048_576) : flags.b ? bytes : bytes / 1024}\t${path}\n`);
  };
  const visit = (path: string, depth: number): void => {
    const names = sys.list(path);
    if (!isErrno(names) && !flags.s && depth < Number(flags.d ?? 100))
      for (const name of names) if (isDirectory(sys, join(path, name))) visit(join(path, name), depth + 1);
    show(path);
  };
  for (const target of rest.length > 0 ? rest : ['.']) {
    const found = sys.stat(target);
    if (isErrno(found)) status = report(sys, `cannot access '${target}'`, target, found);
    else visit(target, 0);
  }
  return status;
});

export const df = instant((sys) => {
  const { flags } = options(sys.args, '');
  const mountPoints = sys.kernel.s.containers[sys.p.c]?.spec.mounts.map((m) => m.path) ?? [];
  const size = 19_221_248;
  const used = 6_154_972;
  const cell = (kb: number): string => (flags.h ? human(kb * 1024) : String(kb));
  sys.out(`Filesystem           ${flags.h ? '     Size      Used Available Use%' : '1K-blocks      Used Available Use%'} Mounted on\n`);
  const row = (device: string, total: number, taken: number, where: string): void =>
    sys.out(
      `${device.padEnd(20)} ${cell(total).padStart(9)} ${cell(taken).padStart(9)} ${cell(total - taken).padStart(9)} ${String(Math.ceil((taken / total) * 100)).padStart(3)}% ${where}\n`,
    );
  row('overlay', size, used, '/');
  row('tmpfs', 65_536, 0, '/dev');
  for (const where of mountPoints) row('/dev/vda1', size, used, where);
  return 0;
});
