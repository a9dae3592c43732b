// Pathname expansion.
import { isErrno } from '../files.ts';
import type { Sys } from '../sys.ts';
import { hasGlob, patternRegExp } from './pattern.ts';

/** Existing paths that a pattern matches, sorted; none when nothing matches. */
export function globPaths(sys: Sys, pattern: string): string[] {
  const parts = pattern.split('/');
  let found = [pattern.startsWith('/') ? '/' : ''];
  const last = parts.length - 1;
  parts.forEach((part, i) => {
    if (part === '') {
      if (i === last && i > 0) found = found.filter((f) => !isErrno(sys.list(f))).map((f) => (f.endsWith('/') ? f : `${f}/`));
      return;
    }
    const join = (dir: string, name: string): string => (dir === '' || dir.endsWith('/') ? dir + name : `${dir}/${name}`);
    if (!hasGlob(part)) {
      const name = part.replace(/\\(.)/g, '$1');
      found = found.map((dir) => join(dir, name)).filter((path) => i < last || !isErrno(sys.stat(path, false)));
      return;
    }
    const regexp = new RegExp(`^(?:${patternRegExp(part, { path: true }).source})$`);
    found = found.flatMap((dir) => {
      const names = sys.list(dir === '' ? '.' : dir);
      return isErrno(names)
        ? []
        : names.filter((name) => (part.startsWith('.') || !name.startsWith('.')) && regexp.test(name)).map((name) => join(dir, name));
    });
  });
  return found.filter((f) => f !== '').sort();
}
