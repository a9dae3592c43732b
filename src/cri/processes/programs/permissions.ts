// chmod and chown.
import { isErrno } from '../files.ts';
import type { Sys } from '../sys.ts';
import { instant } from './basic.ts';
import { join } from './listing.ts';
import { options } from './options.ts';
import { report } from './report.ts';

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
