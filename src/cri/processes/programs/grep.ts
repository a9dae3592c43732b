// grep, line by line as its input comes.
import { isErrno } from '../files.ts';
import type { Program } from '../program.ts';
import type { Sys } from '../sys.ts';
import { streamLines } from './input.ts';
import { options } from './options.ts';

/** POSIX regular expression to JavaScript's. */
export function posixRegExp(pattern: string, extended: boolean, flags = ''): RegExp {
  let out = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] ?? '';
    if (c === '[') {
      const set = /^\[(\^?)(\]?(?:\[[:.=]\w*[:.=]\]|[^\]])*)\]/.exec(pattern.slice(i));
      if (!set) {
        out += '\\[';
        continue;
      }
      const inner = (set[2] ?? '').replace(/\[:(\w+):\]|([\\\]^[])/g, (_, name: string | undefined, special: string | undefined) =>
        name
          ? ({
              alpha: 'A-Za-z',
              digit: '0-9',
              alnum: 'A-Za-z0-9',
              upper: 'A-Z',
              lower: 'a-z',
              space: '\\s',
              blank: ' \\t',
              punct: '!-\\/:-@\\[-`{-~',
              xdigit: '0-9A-Fa-f',
              print: '\\x20-\\x7e',
              cntrl: '\\x00-\\x1f',
            }[name] ?? '')
          : `\\${special}`,
      );
      out += `[${set[1]}${inner}]`;
      i += set[0].length - 1;
    } else if (c === '\\') {
      const next = pattern[++i] ?? '';
      if (!extended && '(){}|+?'.includes(next)) out += next;
      else if (next === '<' || next === '>') out += '\\b';
      else out += /[\w.*+?^${}()|[\]\\/]/.test(next) ? `\\${next}` : next;
    } else if (!extended && '+?{}|()'.includes(c)) out += `\\${c}`;
    else if (!extended && c === '*' && (out === '' || out === '^' || out.endsWith('('))) out += '\\*';
    else out += c;
  }
  return new RegExp(out, flags);
}

export const grep: Program = {
  run(sys) {
    const long: Record<string, string> = {
      '--ignore-case': '-i',
      '--invert-match': '-v',
      '--count': '-c',
      '--quiet': '-q',
      '--silent': '-q',
      '--extended-regexp': '-E',
      '--fixed-strings': '-F',
      '--line-number': '-n',
      '--only-matching': '-o',
      '--line-buffered': '',
      '--recursive': '-r',
      '--color=auto': '',
      '--no-filename': '-h',
      '--word-regexp': '-w',
    };
    const { flags, rest } = options(
      sys.args.map((a) => long[a] ?? a).filter((a) => a !== '' || !sys.args.includes('--line-buffered')),
      'eABCmf',
    );
    const st = sys.state<{
      i: number;
      fd: number;
      rest: string;
      n: number;
      count: number;
      any: boolean;
      failed: boolean;
      files: string[];
      after: number;
      before: string[];
      lastShown: number;
    }>();
    const base = (sys.p.st.exe as string | undefined)?.split('/').pop() ?? sys.name;
    const operands = [...rest];
    const patterns = (flags.e !== undefined ? String(flags.e) : (operands.shift() ?? '')).split('\n');
    if (flags.e === undefined && rest.length === 0) {
      sys.err(
        sys.gnu
          ? "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n"
          : 'BusyBox v1.37.0 () multi-call binary.\n\nUsage: grep [-HhnlLoqvsrRiwFE] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... | -f FILE... } [FILE]...\n',
      );
      sys.exit(2);
      return;
    }
    const extended = flags.E !== undefined || flags.P !== undefined || base === 'egrep' || sys.name === 'egrep';
    const fixed = flags.F !== undefined || sys.name === 'fgrep';
    const make = (global: boolean): RegExp[] =>
      patterns.map((p) => {
        const body = fixed
          ? p.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
          : flags.P
            ? p
            : posixRegExp(p, extended).source.replace(/^\(\?:\)$/, '');
        const worded = flags.w ? `\\b(?:${body})\\b` : flags.x ? `^(?:${body})$` : body;
        return new RegExp(worded, `${flags.i || flags.y ? 'i' : ''}${global ? 'g' : ''}`);
      });
    let regexps: RegExp[];
    try {
      regexps = make(false);
    } catch {
      sys.err(sys.gnu ? 'grep: Invalid regular expression\n' : `grep: bad regex '${patterns[0]}': Invalid regexp\n`);
      sys.exit(2);
      return;
    }
    if (!st.files) {
      st.files = operands.length === 0 ? [flags.r || flags.R ? '.' : '-'] : operands;
      if (flags.r || flags.R) st.files = st.files.flatMap((f) => walk(sys, f));
    }
    st.i ??= 0;
    const names = (st.files.length > 1 || flags.r || flags.R || flags.H) && !flags.h;
    const before = Number(flags.B ?? flags.C ?? 0);
    const after = Number(flags.A ?? flags.C ?? 0);
    const max = flags.m === undefined ? Number.POSITIVE_INFINITY : Number(flags.m);
    while (sys.p.exit === null) {
      const name = st.files[st.i];
      if (name === undefined) {
        sys.exit(st.any ? (st.failed && !flags.q ? 2 : 0) : st.failed ? 2 : 1);
        return;
      }
      if (st.fd === undefined) {
        const fd = name === '-' ? 0 : sys.open(name, 'r');
        if (isErrno(fd)) {
          if (!flags.s) sys.err(`grep: ${name}: ${sys.errorText(fd)}\n`);
          st.failed = true;
          st.i++;
          continue;
        }
        if (sys.kernel.file(sys.p.fds[fd])?.k === 'dir') {
          sys.err(sys.gnu ? `grep: ${name}: Is a directory\n` : `grep: ${name}: Is a directory\n`);
          sys.close(fd);
          st.i++;
          continue;
        }
        Object.assign(st, { fd, n: 0, count: 0, after: 0, before: [], lastShown: 0 });
      }
      const prefix = (n: number, mark: string): string =>
        (names ? `${name === '-' ? '(standard input)' : name}${mark}` : '') + (flags.n ? `${n}${mark}` : '');
      const finished = streamLines(sys, st.fd ?? 0, st as { rest?: string }, (line) => {
        st.n = (st.n ?? 0) + 1;
        const hit = regexps.some((r) => r.test(line)) !== (flags.v !== undefined);
        if (!hit) {
          if ((st.after ?? 0) > 0) {
            st.after = (st.after ?? 0) - 1;
            sys.out(`${prefix(st.n, '-')}${line}\n`);
            st.lastShown = st.n;
          } else if (before > 0) st.before = [...(st.before ?? []), line].slice(-before);
          return true;
        }
        st.any = true;
        st.count = (st.count ?? 0) + 1;
        if (flags.q) {
          sys.exit(0);
          return false;
        }
        if (flags.l || flags.L) return false;
        if (!flags.c) {
          const held = st.before ?? [];
          if ((before > 0 || after > 0) && st.lastShown && st.lastShown < st.n - held.length - 1) sys.out('--\n');
          for (const [k, b] of held.entries()) sys.out(`${prefix((st.n ?? 0) - held.length + k, '-')}${b}\n`);
          st.before = [];
          if (flags.o)
            for (const r of make(true)) for (const [m] of line.matchAll(r)) sys.out(m === '' ? '' : `${prefix(st.n ?? 0, ':')}${m}\n`);
          else sys.out(`${prefix(st.n, ':')}${line}\n`);
          st.after = after;
          st.lastShown = st.n;
        }
        return (st.count ?? 0) < max;
      });
      if (!finished || sys.p.exit !== null) return;
      if (flags.c) sys.out(`${names ? `${name}:` : ''}${st.count ?? 0}\n`);
      if ((flags.l && (st.count ?? 0) > 0) || (flags.L && (st.count ?? 0) === 0)) sys.out(`${name === '-' ? '(standard input)' : name}\n`);
      if ((st.fd ?? 0) > 0) sys.close(st.fd ?? 0);
      delete st.fd;
      delete st.rest;
      st.i++;
    }
  },
};

function walk(sys: Sys, path: string): string[] {
  const names = sys.list(path);
  if (isErrno(names)) return [path];
  return names.flatMap((name) => walk(sys, path === '.' && sys.gnu ? name : `${path.replace(/\/$/, '')}/${name}`));
}
