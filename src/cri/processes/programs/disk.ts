// Utilities that make, copy, move and remove files.
import { absolute, baseOf, type Errno, isErrno, parentOf } from '../files.ts';
import type { Sys } from '../sys.ts';
import { instant } from './basic.ts';
import { human, join } from './listing.ts';
import { options } from './options.ts';
import { isDirectory, report } from './report.ts';

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
