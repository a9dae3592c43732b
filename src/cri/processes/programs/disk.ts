// Utilities for files and directories.
import { absolute, baseOf, type Errno, isErrno, parentOf, type Stat } from '../files.ts';
import type { Program } from '../program.ts';
import { matches } from '../shell/pattern.ts';
import { strftime } from '../strftime.ts';
import type { Sys } from '../sys.ts';
import { instant } from './basic.ts';
import { spawn } from './nested.ts';
import { options } from './options.ts';

const permissions = (stat: Stat): string => {
  const bits = [...'rwxrwxrwx'].map((c, i) => (stat.mode & (1 << (8 - i)) ? c : '-'));
  if (stat.mode & 0o1000) bits[8] = stat.mode & 1 ? 't' : 'T';
  return { d: 'd', l: 'l', f: '-', p: 'p', c: 'c' }[stat.t] + bits.join('');
};
const owner = (uid: number): string => (uid === 0 ? 'root' : uid === 65534 ? 'nobody' : String(uid));
const join = (dir: string, name: string): string => (dir.endsWith('/') ? dir + name : `${dir}/${name}`);

function human(bytes: number): string {
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

/** The text of a failure as this image's utilities put it. */
function report(sys: Sys, gnu: string, busybox: string, error: Errno): 1 {
  sys.err(`${sys.name}: ${sys.gnu ? gnu : busybox}: ${sys.errorText(error)}\n`);
  return 1;
}

function missing(sys: Sys): number {
  sys.err(
    sys.gnu
      ? `${sys.name}: missing operand\nTry '${sys.name} --help' for more information.\n`
      : `BusyBox v1.37.0 () multi-call binary.\n\nUsage: ${sys.name} [OPTIONS] FILE...\n`,
  );
  return 1;
}

export const mkdir = instant((sys) => {
  const { flags, rest } = options(sys.args, 'm');
  if (rest.length === 0) return missing(sys);
  let status = 0;
  const { files } = sys.kernel;
  for (const target of rest) {
    const path = sys.path(target);
    const mode = flags.m === undefined ? 0o777 & ~sys.p.umask : Number.parseInt(String(flags.m), 8);
    let error: number | Errno = 0;
    if (flags.p) {
      let at = '';
      for (const part of path.split('/').filter(Boolean)) {
        at += `/${part}`;
        const stat = files.stat(sys.p.c, at);
        if (stat === 'ENOENT') error = files.create(sys.p.c, at, 'd', mode, sys.p.uid);
        else if (!isErrno(stat) && stat.t !== 'd') error = at === path ? 'EEXIST' : 'ENOTDIR';
        if (isErrno(error)) break;
      }
    } else error = files.create(sys.p.c, path, 'd', mode, sys.p.uid);
    if (isErrno(error)) status = report(sys, `cannot create directory '${target}'`, `can't create directory '${target}'`, error);
  }
  return status;
});

export const rmdir = instant((sys) => {
  let status = 0;
  for (const target of sys.args.filter((a) => !a.startsWith('-'))) {
    const stat = sys.stat(target);
    const error = isErrno(stat) ? stat : stat.t !== 'd' ? 'ENOTDIR' : sys.kernel.files.unlink(sys.p.c, sys.path(target), sys.p.uid);
    if (error) status = report(sys, `failed to remove '${target}'`, `'${target}'`, error);
  }
  return status;
});

function removeTree(sys: Sys, path: string): [string, Errno] | undefined {
  const stat = sys.stat(path, false);
  if (isErrno(stat)) return [path, stat];
  if (stat.t === 'd') {
    const names = sys.list(path);
    let failed: [string, Errno] | undefined;
    if (!isErrno(names)) for (const name of names) failed = removeTree(sys, join(path, name)) ?? failed;
    if (failed) return failed;
  }
  const error = sys.kernel.files.unlink(sys.p.c, sys.path(path), sys.p.uid);
  return error ? [path, error] : undefined;
}

export const rm = instant((sys) => {
  const { flags, rest } = options(sys.args, '');
  if (rest.length === 0) return flags.f ? 0 : missing(sys);
  const recursive = flags.r || flags.R || flags['--recursive'];
  let status = 0;
  for (const target of rest) {
    const stat = sys.stat(target, false);
    if (isErrno(stat)) {
      if (!flags.f) status = report(sys, `cannot remove '${target}'`, `can't remove '${target}'`, stat);
    } else if (stat.t === 'd' && !recursive) {
      sys.err(sys.gnu ? `rm: cannot remove '${target}': Is a directory\n` : `rm: '${target}' is a directory\n`);
      status = 1;
    } else {
      const failed = removeTree(sys, target);
      if (failed) status = report(sys, `cannot remove '${failed[0]}'`, `can't remove '${failed[0]}'`, failed[1]);
      else if (flags.v) sys.out(`removed '${target}'\n`);
    }
  }
  return status;
});

function copy(sys: Sys, from: string, to: string, recursive: boolean): number {
  const stat = sys.stat(from);
  if (isErrno(stat)) return report(sys, `cannot stat '${from}'`, `can't stat '${from}'`, stat);
  if (stat.t === 'd') {
    if (!recursive) {
      sys.err(sys.gnu ? `cp: -r not specified; omitting directory '${from}'\n` : `cp: omitting directory '${from}'\n`);
      return 1;
    }
    if (isErrno(sys.stat(to))) {
      const error = sys.kernel.files.create(sys.p.c, sys.path(to), 'd', stat.mode, sys.p.uid);
      if (isErrno(error)) return report(sys, `cannot create directory '${to}'`, `can't create directory '${to}'`, error);
    }
    const names = sys.list(from);
    return isErrno(names) ? 1 : names.reduce((status, name) => copy(sys, join(from, name), join(to, name), true) || status, 0);
  }
  const content = sys.content(from);
  if (typeof content !== 'string') return report(sys, `cannot open '${from}' for reading`, `can't open '${from}'`, content.error);
  const fresh = isErrno(sys.stat(to));
  const error = sys.writeFile(to, content);
  if (error) return report(sys, `cannot create regular file '${to}'`, `can't create '${to}'`, error);
  if (fresh && stat.t === 'f') sys.kernel.files.change(sys.p.c, sys.path(to), { mode: stat.mode & ~sys.p.umask });
  return 0;
}

const isDirectory = (sys: Sys, path: string): boolean => {
  const stat = sys.stat(path);
  return !isErrno(stat) && stat.t === 'd';
};

/** Sources and destination of cp, mv and ln; a directory as destination keeps the names. */
function transfer(sys: Sys, rest: string[], each: (from: string, to: string) => number): number {
  const target = rest.at(-1);
  if (target === undefined || rest.length < 2) return missing(sys);
  const into = isDirectory(sys, target);
  if (rest.length > 2 && !into) {
    sys.err(
      sys.gnu
        ? `${sys.name}: target '${target}': ${isErrno(sys.stat(target)) ? 'No such file or directory' : 'Not a directory'}\n`
        : `${sys.name}: '${target}' is not a directory\n`,
    );
    return 1;
  }
  return rest
    .slice(0, -1)
    .reduce((status, from) => each(from, into ? join(target, baseOf(from.replace(/\/+$/, ''))) : target) || status, 0);
}

export const cp = instant((sys) => {
  const { flags, rest } = options(sys.args, 't');
  const recursive = Boolean(flags.r || flags.R || flags.a || flags['--recursive']);
  const sources = rest.map((r) => r.replace(/(.)\/+$/, '$1'));
  return transfer(sys, sources, (from, to) =>
    copy(sys, from, from.endsWith('/.') || from === '.' ? parentOf(absolute(sys.p.cwd, `${to}/x`)) : to, recursive),
  );
});

export const mv = instant((sys) => {
  const { rest } = options(sys.args, '');
  return transfer(sys, rest, (from, to) => {
    if (isErrno(sys.stat(from, false))) return report(sys, `cannot stat '${from}'`, `can't rename '${from}'`, 'ENOENT');
    const error = sys.kernel.files.rename(sys.p.c, sys.path(from), sys.path(to), sys.p.uid);
    return error ? report(sys, `cannot move '${from}' to '${to}'`, `can't rename '${from}'`, error) : 0;
  });
});

export const ln = instant((sys) => {
  const { flags, rest } = options(sys.args, '');
  const all = rest.length === 1 ? [rest[0] ?? '', baseOf(rest[0] ?? '')] : rest;
  return transfer(sys, all, (from, to) => {
    if (flags.f && !isErrno(sys.stat(to, false))) sys.kernel.files.unlink(sys.p.c, sys.path(to), sys.p.uid);
    const error = flags.s
      ? sys.kernel.files.create(sys.p.c, sys.path(to), 'l', 0o777, sys.p.uid, from)
      : sys.kernel.files.link(sys.p.c, sys.path(from), sys.path(to), sys.p.uid);
    return isErrno(error) ? report(sys, `failed to create ${flags.s ? 'symbolic' : 'hard'} link '${to}'`, `${to}`, error) : 0;
  });
});

export const touch = instant((sys) => {
  const { flags, rest } = options(sys.args, 'dtr');
  if (rest.length === 0) return missing(sys);
  let status = 0;
  for (const target of rest) {
    if (isErrno(sys.stat(target))) {
      if (flags.c) continue;
      const error = sys.kernel.files.create(sys.p.c, sys.path(target), 'f', 0o666 & ~sys.p.umask, sys.p.uid);
      if (isErrno(error)) status = report(sys, `cannot touch '${target}'`, target, error);
    } else {
      const error = sys.kernel.files.change(sys.p.c, sys.path(target), { mtime: sys.now });
      if (error) status = report(sys, `cannot touch '${target}'`, target, error);
    }
  }
  return status;
});

function everything(sys: Sys, path: string, recursive: boolean): string[] {
  const names = recursive ? sys.list(path) : 'ENOTDIR';
  return [path, ...(isErrno(names) ? [] : names.flatMap((name) => everything(sys, join(path, name), true)))];
}

export const chmod = instant((sys) => {
  const { flags, rest } = options(
    sys.args.map((a) => (/^-[rwxst]+$/.test(a) && a !== '-R' ? `a${a}` : a)),
    '',
  );
  const [mode = '', ...targets] = rest;
  let status = 0;
  for (const target of targets) {
    for (const path of everything(sys, target, flags.R !== undefined)) {
      const stat = sys.stat(path);
      if (isErrno(stat)) {
        status = report(sys, `cannot access '${path}'`, path, stat);
        continue;
      }
      const error =
        sys.p.uid !== 0 && stat.uid !== sys.p.uid
          ? 'EPERM'
          : sys.kernel.files.change(sys.p.c, sys.path(path), { mode: newMode(mode, stat.mode, stat.t === 'd') });
      if (error) status = report(sys, `changing permissions of '${path}'`, path, error);
    }
  }
  return status;
});

function newMode(text: string, old: number, directory: boolean): number {
  if (/^[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  let mode = old;
  for (const clause of text.split(',')) {
    const m = /^([ugoa]*)([-+=])([rwxXst]*)$/.exec(clause);
    if (!m) continue;
    const who = m[1] === '' || m[1]?.includes('a') ? 'ugo' : (m[1] ?? '');
    let bits = 0;
    for (const c of m[3] ?? '') bits |= { r: 4, w: 2, x: 1, X: directory || old & 0o111 ? 1 : 0 }[c] ?? 0;
    for (const w of who) {
      const shift = { u: 6, g: 3, o: 0 }[w] ?? 0;
      if (m[2] === '+') mode |= bits << shift;
      else if (m[2] === '-') mode &= ~(bits << shift);
      else mode = (mode & ~(7 << shift)) | (bits << shift);
    }
  }
  return mode;
}

export const chown = instant((sys) => {
  const { flags, rest } = options(sys.args, '');
  const [who = '', ...targets] = rest;
  const name = who.split(/[:.]/)[0] ?? '';
  const uid = name === 'root' || name === '' ? 0 : name === 'nobody' ? 65534 : Number(name);
  if (Number.isNaN(uid)) {
    sys.err(sys.gnu ? `chown: invalid user: '${who}'\n` : `chown: unknown user ${name}\n`);
    return 1;
  }
  let status = 0;
  for (const target of targets) {
    for (const path of everything(sys, target, flags.R !== undefined)) {
      const error =
        sys.p.uid !== 0
          ? 'EPERM'
          : sys.name === 'chgrp'
            ? isErrno(sys.stat(path))
              ? 'ENOENT'
              : undefined
            : sys.kernel.files.change(sys.p.c, sys.path(path), { uid });
      if (error) status = report(sys, `changing ownership of '${path}'`, path, error);
    }
  }
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

export const readlink = instant((sys) => {
  const { flags, rest } = options(sys.args, '');
  let status = 0;
  for (const target of rest) {
    if (flags.f || sys.name === 'realpath') {
      const real = sys.kernel.files.realPath(sys.p.c, sys.path(target));
      if (typeof real === 'string') sys.out(`${real}\n`);
      else status = 1;
    } else {
      const found = sys.stat(target, false);
      if (!isErrno(found) && found.t === 'l') sys.out(`${found.to}\n`);
      else status = 1;
    }
  }
  return status;
});

export const mktemp = instant((sys) => {
  const { flags, rest } = options(sys.args, 'p');
  const template = rest[0] ?? 'tmp.XXXXXX';
  const random = sys.kernel.host.random.hex('mktemp', sys.kernel.host.hostname, sys.clock() + sys.p.pid, 12);
  const path = join(
    template.includes('/') ? '' : String(flags.p ?? '/tmp'),
    template.replace(/X{3,}/, (x) => random.slice(0, x.length)),
  );
  const error = sys.kernel.files.create(sys.p.c, sys.path(path), flags.d ? 'd' : 'f', flags.d ? 0o700 : 0o600, sys.p.uid);
  if (isErrno(error)) return report(sys, `failed to create file via template '${template}'`, path, error);
  sys.out(`${path}\n`);
  return 0;
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

export const mkfifo = instant((sys) => {
  sys.err(`${sys.name}: named pipes are not simulated\n`);
  return 1;
});

export const dd = instant((sys) => {
  const given = Object.fromEntries(sys.args.map((a) => [a.slice(0, a.indexOf('=')), a.slice(a.indexOf('=') + 1)]));
  const size = (text: string | undefined, fallback: number): number => {
    const m = /^(\d+)([kKMGcwb]?)B?$/.exec(text ?? '');
    return m ? Number(m[1]) * ({ k: 1024, K: 1024, M: 1_048_576, G: 1_073_741_824, b: 512, w: 2 }[m[2] ?? ''] ?? 1) : fallback;
  };
  const block = size(given.bs, 512);
  const count = given.count === undefined ? undefined : size(given.count, 0);
  const total = count === undefined ? 0 : block * count;
  if (total > 512 * 1_048_576) {
    sys.err(`dd: writing '${given.of ?? 'standard output'}': No space left on device\n`);
    return 1;
  }
  let text = '';
  if (given.if === '/dev/zero') text = '\0'.repeat(total);
  else if (given.if === '/dev/urandom' || given.if === '/dev/random')
    text = Buffer.from(
      sys.kernel.host.random.hex('dd', sys.kernel.host.hostname, sys.clock(), Math.min(total, 1 << 20) * 2),
      'hex',
    ).toString('latin1');
  else if (given.if !== undefined) {
    const content = sys.content(given.if);
    if (typeof content !== 'string') return report(sys, `failed to open '${given.if}'`, `can't open '${given.if}'`, content.error);
    text = count === undefined ? content : content.slice(0, total);
  }
  if (given.of === undefined) sys.out(text);
  else {
    const error = sys.writeFile(given.of, text);
    if (error) return report(sys, `failed to open '${given.of}'`, `can't open '${given.of}'`, error);
  }
  const blocks = Math.floor(text.length / block);
  const records = `${blocks}+${text.length % block ? 1 : 0}`;
  const rate = sys.gnu
    ? `${text.length} bytes copied, 0.01 s, ${human(text.length * 100)}B/s`
    : `${text.length} bytes (${human(text.length)}B) copied, 0.010000 seconds, ${human(text.length * 100)}B/s`;
  sys.err(`${records} records in\n${records} records out\n${rate}\n`);
  return 0;
});

export const find: Program = {
  run(sys) {
    const st = sys.state<{ queue: string[][]; pid: number | null; done: Record<number, number>; started: boolean; failed: boolean }>();
    if (!st.started) {
      st.started = true;
      st.queue = [];
      st.pid = null;
      const args = sys.args;
      const first = args.findIndex((a) => a.startsWith('-') || a === '!' || a === '(');
      const roots = first < 0 ? args : args.slice(0, first);
      const tests = first < 0 ? [] : args.slice(first);
      const limit = (name: string, fallback: number): number => (tests.includes(name) ? Number(tests[tests.indexOf(name) + 1]) : fallback);
      const deepest = limit('-maxdepth', Number.POSITIVE_INFINITY);
      const shallowest = limit('-mindepth', 0);
      const visit = (path: string, depth: number): void => {
        const found = sys.stat(path, false);
        if (isErrno(found)) {
          sys.err(sys.gnu ? `find: '${path}': ${sys.errorText(found)}\n` : `find: ${path}: ${sys.errorText(found)}\n`);
          st.failed = true;
          return;
        }
        if (depth >= shallowest && !tests.includes('-depth') && !tests.includes('-delete')) this0(path, found);
        const names = found.t === 'd' && depth < deepest ? sys.list(path) : [];
        if (!isErrno(names)) for (const name of names) visit(join(path, name), depth + 1);
        if (depth >= shallowest && (tests.includes('-depth') || tests.includes('-delete'))) this0(path, found);
      };
      const this0 = (path: string, found: Stat): void => findTests(sys, tests, path, found, st.queue ?? []);
      for (const root of roots.length > 0 ? roots : ['.']) visit(root, 0);
    }
    for (;;) {
      if (typeof st.pid === 'number') {
        if (st.done?.[st.pid] === undefined) {
          sys.p.block = { on: 'child', pids: [st.pid] };
          return;
        }
        st.pid = null;
      }
      const next = st.queue?.shift();
      if (!next) {
        sys.exit(st.failed ? 1 : 0);
        return;
      }
      st.pid = spawn(sys, next) ?? null;
    }
  },
};

/** One file against find's expression; actions happen on the way. */
function findTests(sys: Sys, tests: string[], path: string, found: Stat, queue: string[][]): void {
  let ok = true;
  let negate = false;
  let acted = false;
  let alternative = false;
  const check = (value: boolean): void => {
    ok = ok && value !== negate;
    negate = false;
  };
  for (let i = 0; i < tests.length; i++) {
    const test = tests[i] ?? '';
    const next = (): string => tests[++i] ?? '';
    if (test === '!' || test === '-not') negate = !negate;
    else if (test === '-o' || test === '-or') {
      if (ok) alternative = true;
      ok = !alternative;
      if (alternative) break;
      ok = true;
    } else if (test === '-name') check(matches(next(), baseOf(path) || path));
    else if (test === '-iname') check(matches(next().toLowerCase(), baseOf(path).toLowerCase()));
    else if (test === '-path' || test === '-wholename') check(matches(next(), path));
    else if (test === '-type') check(next() === found.t);
    else if (test === '-size') {
      const m = /^([-+]?)(\d+)([ckMG]?)$/.exec(next());
      const unit = { c: 1, k: 1024, M: 1_048_576, G: 1_073_741_824 }[m?.[3] ?? ''] ?? 512;
      const n = Math.ceil(found.size / unit);
      check(m?.[1] === '+' ? n > Number(m[2]) : m?.[1] === '-' ? n < Number(m[2]) : n === Number(m?.[2]));
    } else if (test === '-mmin' || test === '-mtime') {
      const word = next();
      const age = Math.floor((sys.clock() - found.mtime) / (test === '-mmin' ? 60_000 : 86_400_000));
      const n = Number(word.replace(/^[-+]/, ''));
      check(word.startsWith('-') ? age < n : word.startsWith('+') ? age > n : age === n);
    } else if (test === '-perm') {
      const word = next();
      const bits = Number.parseInt(word.replace(/^[-/]/, ''), 8);
      check(word.startsWith('-') ? (found.mode & bits) === bits : word.startsWith('/') ? (found.mode & bits) !== 0 : found.mode === bits);
    } else if (test === '-empty') {
      const names = found.t === 'd' ? sys.list(path) : [];
      check(found.t === 'd' ? !isErrno(names) && names.length === 0 : found.size === 0);
    } else if (test === '-user') next();
    else if (test === '-maxdepth' || test === '-mindepth') next();
    else if (test === '-print' || test === '-print0') {
      if (ok) sys.out(path + (test === '-print' ? '\n' : '\0'));
      acted = true;
    } else if (test === '-delete') {
      if (ok) sys.kernel.files.unlink(sys.p.c, sys.path(path), sys.p.uid);
      acted = true;
    } else if (test === '-exec') {
      const command: string[] = [];
      while (i + 1 < tests.length && tests[i + 1] !== ';' && tests[i + 1] !== '+') command.push(next());
      const together = tests[i + 1] === '+';
      i++;
      acted = true;
      if (!ok) continue;
      const last = queue.at(-1);
      if (together && last && last[0] === command[0]) last.push(path);
      else queue.push(command.map((word) => word.split('{}').join(path)));
    }
  }
  if ((ok || alternative) && !acted) sys.out(`${path}\n`);
}
