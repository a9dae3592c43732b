// Text utilities that stream: cat, head, tail, tee, grep, wc, tr, cut, seq, sort, uniq, tac, rev, nl, yes, base64, od, checksums.
import { createHash } from 'node:crypto';
import { countLines, lastLinesOffset } from '../content.ts';
import { isErrno } from '../files.ts';
import type { Program } from '../program.ts';
import type { Sys } from '../sys.ts';
import { options } from './options.ts';
import { unescaped } from './print.ts';

/** A utility that needs its whole input. */
export function whole(
  run: (sys: Sys, input: string, flags: ReturnType<typeof options>) => number | undefined,
  valued = '',
  operands = 0,
): Program {
  return {
    run(sys) {
      const flags = options(sys.args, valued);
      const input = sys.input(flags.rest.slice(operands));
      if (!input) return;
      const code = run(sys, input.text, flags) ?? 0;
      sys.exit(input.failed ? (sys.name === 'sort' ? 2 : 1) : code);
    },
  };
}

const lines = (text: string): string[] => {
  const all = text.split('\n');
  if (all.at(-1) === '') all.pop();
  return all;
};
const joined = (all: readonly string[]): string => (all.length > 0 ? `${all.join('\n')}\n` : '');

export const cat: Program = {
  transparent: true,
  run(sys) {
    const { flags, rest } = options(sys.args, '');
    const st = sys.state<{ i: number; fd: number; n: number; failed: boolean; mid: boolean }>();
    st.i ??= 0;
    st.n ??= 0;
    const files = rest.length > 0 ? rest : ['-'];
    while (!sys.blocked && sys.p.exit === null) {
      const name = files[st.i];
      if (name === undefined) {
        sys.exit(st.failed ? 1 : 0);
        return;
      }
      if (st.fd === undefined) {
        const fd = name === '-' ? 0 : sys.open(name, 'r');
        if (isErrno(fd)) {
          sys.err(`cat: ${sys.cannotOpen(name)}${sys.errorText(fd)}\n`);
          st.failed = true;
          st.i++;
          continue;
        }
        st.fd = fd;
      }
      const got = sys.read(st.fd);
      if (got === 'block') return;
      if (got !== 'eof' && 'data' in got) {
        if (flags.n) {
          let out = '';
          for (const piece of got.data.match(/[^\n]*\n|[^\n]+/g) ?? []) {
            if (!st.mid) {
              st.n++;
              out += `${String(st.n).padStart(6)}\t`;
            }
            out += piece;
            st.mid = !piece.endsWith('\n');
          }
          sys.out(out);
        } else sys.out(got.data);
        continue;
      }
      if (got !== 'eof') {
        sys.err(sys.gnu ? `cat: ${name}: ${sys.errorText(got.error)}\n` : `cat: read error: ${sys.errorText(got.error)}\n`);
        st.failed = true;
      }
      if (st.fd > 0) sys.close(st.fd);
      delete st.fd;
      st.i++;
    }
  },
};

/** `-5` means `-n 5`, unless it is the value of an option. */
function counted(args: readonly string[]): string[] {
  return args.map((a, i) => (/^-[nc]$/.test(args[i - 1] ?? '') ? a : a.replace(/^-(\d+)$/, '-n$1')));
}

export const head: Program = {
  run(sys) {
    const { flags, rest } = options(counted(sys.args), 'nc');
    const st = sys.state<{ i: number; fd: number; left: number; failed: boolean }>();
    st.i ??= 0;
    const bytes = flags.c !== undefined;
    const limit = Number(String(flags.c ?? flags.n ?? '10').replace(/^\+/, ''));
    if (Number.isNaN(limit)) {
      sys.fail(`invalid number '${String(flags.c ?? flags.n)}'`);
      return;
    }
    if (limit < 0) {
      const input = sys.input(rest);
      if (!input) return;
      sys.out(bytes ? input.text.slice(0, limit) : joined(lines(input.text).slice(0, limit)));
      sys.exit(0);
      return;
    }
    const files = rest.length > 0 ? rest : ['-'];
    for (;;) {
      const name = files[st.i];
      if (name === undefined) {
        sys.exit(st.failed ? 1 : 0);
        return;
      }
      if (st.fd === undefined) {
        const fd = name === '-' ? 0 : sys.open(name, 'r');
        if (isErrno(fd)) {
          sys.err(sys.gnu ? `head: cannot open '${name}' for reading: ${sys.errorText(fd)}\n` : `head: ${name}: ${sys.errorText(fd)}\n`);
          st.failed = true;
          st.i++;
          continue;
        }
        st.fd = fd;
        st.left = limit;
        if (files.length > 1 && !flags.q) sys.out(`${st.i > 0 ? '\n' : ''}==> ${name === '-' ? 'standard input' : name} <==\n`);
      }
      let done = (st.left ?? 0) <= 0;
      if (!done) {
        const got = sys.read(st.fd, 4096);
        if (got === 'block') return;
        if (got === 'eof' || 'error' in got) done = true;
        else if (bytes) {
          sys.out(got.data.slice(0, st.left));
          st.left = (st.left ?? 0) - got.data.length;
        } else {
          let end = 0;
          while (end < got.data.length && (st.left ?? 0) > 0) {
            const newline = got.data.indexOf('\n', end);
            if (newline < 0) {
              end = got.data.length;
              break;
            }
            end = newline + 1;
            st.left = (st.left ?? 0) - 1;
          }
          sys.out(got.data.slice(0, end));
        }
      }
      if (!done) continue;
      if (st.fd > 0) sys.close(st.fd);
      delete st.fd;
      st.i++;
    }
  },
};

export const tail: Program = {
  transparent: true,
  run(sys) {
    const { flags, rest } = options(
      counted(sys.args).map((a) =>
        a
          .replace(/^-(\d+)(f?)$/, '-n$1')

          .replace(/^--(lines|bytes)=/, (_, w: string) => (w === 'lines' ? '-n' : '-c'))
          .replace(/^--follow(=\w+)?$/, '-f')
          .replace(/^-(\d+)f$/, '-fn$1'),
      ),
      'ncs',
    );
    const follow = flags.f !== undefined || flags.F !== undefined || sys.args.some((a) => /^-\d+f$/.test(a));
    const st = sys.state<{ started: boolean; fds: (number | null)[]; failed: boolean; shown: number; text: string; waiting: number[] }>();
    const files = rest.length > 0 ? rest : ['-'];
    const unit = String(flags.c ?? flags.n ?? '10');
    const count = Number(unit.replace(/^[-+]/, ''));
    const header = (i: number): void => {
      if (files.length > 1 && !flags.q && st.shown !== i)
        sys.out(`${st.shown === undefined ? '' : '\n'}==> ${files[i] === '-' ? 'standard input' : files[i]} <==\n`);
      st.shown = i;
    };
    const lastOf = (text: string): string => {
      if (flags.c !== undefined) return unit.startsWith('+') ? text.slice(count - 1) : count === 0 ? '' : text.slice(-count);
      if (unit.startsWith('+'))
        return text
          .split('\n')
          .slice(Math.max(0, count - 1))
          .join('\n');
      const end = text.endsWith('\n') ? text.length - 1 : text.length;
      let at = end;
      for (let n = 0; n < count && at >= 0; n++) at = text.lastIndexOf('\n', at - 1);
      return count === 0 ? '' : text.slice(at + 1);
    };
    if (!st.started) {
      st.fds ??= [];
      while (st.fds.length < files.length) {
        const i = st.fds.length;
        const name = files[i] ?? '-';
        if (name === '-') {
          st.text ??= '';
          for (;;) {
            const got = sys.read(0);
            if (got === 'block') return;
            if (got === 'eof' || 'error' in got) break;
            st.text += got.data;
          }
          header(i);
          sys.out(lastOf(st.text));
          st.fds.push(null);
          continue;
        }
        const fd = sys.open(name, 'r');
        if (isErrno(fd)) {
          sys.err(
            sys.gnu
              ? `tail: cannot open '${name}' for reading: ${sys.errorText(fd)}\n`
              : `tail: can't open '${name}': ${sys.errorText(fd)}\n`,
          );
          st.failed = true;
          st.fds.push(null);
          if (!sys.gnu && !follow && st.fds.length === files.length && st.fds.every((f) => f === null)) sys.err('tail: no files\n');
          continue;
        }
        st.fds.push(fd);
        header(i);
        printEnd(sys, fd, unit, count, flags.c !== undefined, lastOf);
      }
      st.started = true;
      if (!follow || (st.fds.every((fd) => fd === null) && flags.F === undefined)) {
        if (follow) sys.err('tail: no files\n');
        sys.exit(st.failed ? 1 : 0);
        return;
      }
    }
    const fds = st.fds ?? [];
    for (const [i, fd] of fds.entries()) {
      if (fd === null) {
        if (flags.F === undefined || files[i] === '-') continue;
        const opened = sys.open(files[i] ?? '', 'r');
        if (isErrno(opened)) continue;
        sys.err(
          `tail: ${sys.gnu ? `'${files[i]}' has appeared;  following new file` : `${files[i]} has appeared; following end of new file`}\n`,
        );
        fds[i] = opened;
      }
      const at = fds[i];
      if (at === null || at === undefined) continue;
      const file = sys.kernel.file(sys.p.fds[at]);
      const inode = sys.kernel.s.inodes[file?.ino ?? 0];
      if (file && inode && (file.off ?? 0) > inode.size) {
        sys.err(`tail: ${files[i]}: file truncated\n`);
        file.off = 0;
      }
      for (;;) {
        const got = sys.read(at);
        if (got === 'block' || got === 'eof' || 'error' in got) break;
        header(i);
        sys.out(got.data);
        if (sys.blocked) return;
      }
      if (flags.F !== undefined) reopenIfReplaced(sys, fds, i, files[i] ?? '');
    }
    if (sys.p.exit !== null) return;
    const only = fds.filter((fd) => fd !== null);
    if (sys.gnu && only.length === 1 && flags.F === undefined) {
      const ino = sys.kernel.file(sys.p.fds[only[0] ?? 0])?.ino ?? 0;
      sys.p.block = { on: 'grow', ino, size: sys.kernel.s.inodes[ino]?.size ?? 0, path: '' };
      return;
    }
    const every = Math.max(1, Number(flags.s ?? 1)) * 1000;
    sys.sleepUntil(sys.now + every);
  },
};

function reopenIfReplaced(sys: Sys, fds: (number | null)[], i: number, name: string): void {
  const stat = sys.stat(name);
  const fd = fds[i];
  if (fd === null || fd === undefined || isErrno(stat) || stat.ino === sys.kernel.file(sys.p.fds[fd])?.ino) return;
  const opened = sys.open(name, 'r');
  if (isErrno(opened)) return;
  sys.err(
    `tail: ${sys.gnu ? `'${name}' has been replaced;  following new file` : `${name} has been replaced; following end of new file`}\n`,
  );
  sys.close(fd);
  fds[i] = opened;
}

/** The end of a file whose start need not be read. */
function printEnd(sys: Sys, fd: number, unit: string, count: number, bytes: boolean, lastOf: (text: string) => string): void {
  const file = sys.kernel.file(sys.p.fds[fd]);
  const inode = sys.kernel.s.inodes[file?.ino ?? 0];
  if (!file || !inode) return;
  let text = '';
  if (!unit.startsWith('+')) file.off = bytes ? Math.max(0, inode.size - count) : lastLinesOffset(inode, count);
  for (;;) {
    const got = sys.read(fd, 1 << 20);
    if (got === 'block' || got === 'eof' || 'error' in got) break;
    text += got.data;
  }
  sys.out(unit.startsWith('+') ? lastOf(text) : text);
}

export const tee: Program = {
  transparent: true,
  run(sys) {
    const { flags, rest } = options(sys.args, '');
    const st = sys.state<{ fds: number[]; failed: boolean }>();
    if (!st.fds) {
      st.fds = [];
      for (const name of rest) {
        const fd = sys.open(name, flags.a ? 'a' : 'w');
        if (isErrno(fd)) {
          sys.err(`tee: ${name}: ${sys.errorText(fd)}\n`);
          st.failed = true;
        } else st.fds.push(fd);
      }
    }
    while (!sys.blocked && sys.p.exit === null) {
      const got = sys.read(0);
      if (got === 'block') return;
      if (got === 'eof' || 'error' in got) {
        sys.exit(st.failed ? 1 : 0);
        return;
      }
      for (const fd of st.fds) sys.kernel.write(sys.p, fd, got.data);
      sys.out(got.data);
    }
  },
};

export const wc: Program = {
  run(sys) {
    const { flags, rest } = options(sys.args, '');
    const st = sys.state<{ i: number; rows: number[][]; text: string; failed: boolean }>();
    st.i ??= 0;
    st.rows ??= [];
    const files = rest.length > 0 ? rest : ['-'];
    const wanted = (['l', 'w', 'c', 'm'] as const).filter((f) => flags[f]);
    const shown = wanted.length > 0 ? wanted : (['l', 'w', 'c'] as const);
    const row = (counts: Record<string, number>): number[] => shown.map((f) => counts[f === 'm' ? 'm' : f] ?? 0);
    const print = (counts: number[], name: string): void => {
      const regular = files.map((f) => sys.stat(f)).every((found) => typeof found !== 'string' && found.t === 'f');
      const width = !sys.gnu ? 9 : regular ? String(Math.max(...counts)).length : 7;
      const cells =
        shown.length === 1 && (files.length === 1 || !sys.gnu) ? [String(counts[0])] : counts.map((n) => String(n).padStart(width));
      sys.out(`${cells.join(sys.gnu ? ' ' : ' ').replace(/^ (?= {8})/, '')}${name === '-' ? '' : ` ${name}`}\n`);
    };
    for (; st.i < files.length; st.i++) {
      const name = files[st.i] ?? '-';
      if (name === '-') {
        st.text ??= '';
        for (;;) {
          const got = sys.read(0);
          if (got === 'block') return;
          if (got === 'eof' || 'error' in got) break;
          st.text += got.data;
        }
        st.rows.push(row(countText(st.text)));
      } else {
        const fd = sys.open(name, 'r');
        if (isErrno(fd)) {
          sys.err(`wc: ${sys.cannotOpen(name)}${sys.errorText(fd)}\n`);
          st.failed = true;
          continue;
        }
        const inode = sys.kernel.s.inodes[sys.kernel.file(sys.p.fds[fd])?.ino ?? 0];
        if (inode && !shown.includes('w') && !flags.m) st.rows.push(row({ l: countLines(inode), c: inode.size }));
        else {
          const content = sys.content(name);
          st.rows.push(row(countText(typeof content === 'string' ? content : '')));
        }
        sys.close(fd);
      }
      print(st.rows.at(-1) ?? [], name);
    }
    if (files.length > 1)
      print(
        shown.map((_, k) => (st.rows ?? []).reduce((sum, r) => sum + (r[k] ?? 0), 0)),
        'total',
      );
    sys.exit(st.failed ? 1 : 0);
  },
};

function countText(text: string): Record<string, number> {
  return {
    l: text.split('\n').length - 1,
    w: text.split(/\s+/).filter(Boolean).length,
    c: text.length,
    m: text.replace(/[\x80-\xbf]/g, '').length,
  };
}

/** Calls `each` per line as lines come in; returns false while blocked. The last line may lack its newline. */
function streamLines(sys: Sys, fd: number, memory: { rest?: string }, each: (line: string, newline: boolean) => boolean): boolean {
  memory.rest ??= '';
  for (;;) {
    let newline = memory.rest.indexOf('\n');
    while (newline >= 0) {
      const line = memory.rest.slice(0, newline);
      memory.rest = memory.rest.slice(newline + 1);
      if (!each(line, true)) return true;
      newline = memory.rest.indexOf('\n');
    }
    const got = sys.read(fd);
    if (got === 'block') return false;
    if (got === 'eof' || 'error' in got) {
      if (memory.rest !== '') each(memory.rest, false);
      memory.rest = '';
      return true;
    }
    memory.rest += got.data;
  }
}

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

function trSet(text: string): string {
  const classes: Record<string, [number, number][]> = {
    upper: [[65, 90]],
    lower: [[97, 122]],
    digit: [[48, 57]],
    alpha: [
      [65, 90],
      [97, 122],
    ],
    alnum: [
      [48, 57],
      [65, 90],
      [97, 122],
    ],
    space: [
      [9, 13],
      [32, 32],
    ],
    blank: [
      [9, 9],
      [32, 32],
    ],
    punct: [
      [33, 47],
      [58, 64],
      [91, 96],
      [123, 126],
    ],
    cntrl: [
      [0, 31],
      [127, 127],
    ],
    print: [[32, 126]],
  };
  const span = (a: number, b: number): string =>
    Array.from({ length: Math.max(0, b - a + 1) }, (_, i) => String.fromCharCode(a + i)).join('');
  const spelled = text.replace(/\[:(\w+):\]/g, (_, name: string) => (classes[name] ?? []).map(([a, b]) => span(a, b)).join(''));
  return unescaped(spelled, false).text.replace(/([\s\S])-([\s\S])/g, (_, a: string, b: string) => span(a.charCodeAt(0), b.charCodeAt(0)));
}

export const tr: Program = {
  run(sys) {
    const { flags, rest } = options(sys.args, '');
    let from = trSet(rest[0] ?? '');
    const to = trSet(rest[1] ?? '');
    if (flags.c || flags.C)
      from = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i))
        .filter((c) => !from.includes(c))
        .join('');
    const squeeze = flags.s ? (rest[1] !== undefined && !flags.d ? to : flags.d ? to : from) : '';
    const st = sys.state<{ last: string }>();
    while (!sys.blocked && sys.p.exit === null) {
      const got = sys.read(0);
      if (got === 'block') return;
      if (got === 'eof' || 'error' in got) {
        sys.exit(0);
        return;
      }
      let out = '';
      for (const c of got.data) {
        const i = from.indexOf(c);
        let mapped = c;
        if (i >= 0) {
          if (flags.d) continue;
          if (to !== '') mapped = to[Math.min(i, to.length - 1)] ?? c;
        }
        if (squeeze.includes(mapped) && squeeze !== '' && st.last === mapped) continue;
        st.last = mapped;
        out += mapped;
      }
      sys.out(out);
    }
  },
};

function ranges(list: string): (n: number) => boolean {
  const parts = list.split(',').map((part) => {
    const m = /^(\d*)(-?)(\d*)$/.exec(part);
    const from = m?.[1] ? Number(m[1]) : 1;
    return [from, m?.[2] ? (m[3] ? Number(m[3]) : Number.POSITIVE_INFINITY) : from] as const;
  });
  return (n) => parts.some(([a, b]) => n >= a && n <= b);
}

export const cut: Program = {
  run(sys) {
    const { flags, rest } = options(sys.args, 'dfcb');
    const list = flags.f ?? flags.c ?? flags.b;
    if (list === undefined) {
      sys.fail(sys.gnu ? 'you must specify a list of bytes, characters, or fields' : 'expected a list of bytes, characters, or fields');
      return;
    }
    const wanted = ranges(String(list));
    const delimiter = flags.d === undefined ? '\t' : String(flags.d);
    const pick = (line: string): string | undefined => {
      if (flags.f === undefined) return [...line].filter((_, i) => wanted(i + 1)).join('');
      if (!line.includes(delimiter)) return flags.s ? undefined : line;
      return line
        .split(delimiter)
        .filter((_, i) => wanted(i + 1))
        .join(delimiter);
    };
    if (rest.length === 0) {
      if (
        !streamLines(sys, 0, sys.state<{ rest: string }>() as { rest?: string }, (line) => {
          const text = pick(line);
          if (text !== undefined) sys.out(`${text}\n`);
          return sys.p.exit === null;
        })
      )
        return;
      sys.exit(0);
      return;
    }
    const input = sys.input(rest);
    if (!input) return;
    sys.out(
      joined(
        lines(input.text)
          .map(pick)
          .filter((l) => l !== undefined),
      ),
    );
    sys.exit(input.failed ? 1 : 0);
  },
};

export const seq: Program = {
  run(sys) {
    const { flags, rest } = options(
      sys.args.map((a) => (/^-\d/.test(a) ? ` ${a}` : a)),
      'sf',
    );
    const numbers = rest.map((a) => a.trim());
    const bad = numbers.find((n) => !/^[+-]?\d*\.?\d+$/.test(n));
    if (bad !== undefined || numbers.length === 0) {
      sys.fail(
        bad === undefined
          ? 'missing operand'
          : sys.gnu
            ? `invalid floating point argument: '${bad}'\nTry 'seq --help' for more information.`
            : `invalid number '${bad}'`,
      );
      return;
    }
    const [first, step, last] =
      numbers.length === 1 ? ['1', '1', numbers[0]] : numbers.length === 2 ? [numbers[0], '1', numbers[1]] : numbers;
    const decimals = Math.max(...[first, step].map((n) => (n?.split('.')[1] ?? '').length));
    const scale = 10 ** decimals;
    const [a, s, z] = [first, step, last].map((n) => Math.round(Number(n) * scale)) as [number, number, number];
    const out: string[] = [];
    const width = flags.w ? Math.max(...[first, last].map((n) => n?.length ?? 0)) : 0;
    if (s !== 0)
      for (let v = a; (s > 0 ? v <= z : v >= z) && out.length < 2_000_000; v += s)
        out.push((v / scale).toFixed(decimals).padStart(width, '0'));
    sys.out(flags.s === undefined ? joined(out) : out.length > 0 ? `${out.join(unescaped(String(flags.s), false).text)}\n` : '');
    sys.exit(0);
  },
};

export const sort = whole((sys, input, { flags }) => {
  const separator = flags.t === undefined ? undefined : String(flags.t);
  const keys = flags.k === undefined ? [] : String(flags.k).split('\n');
  const letters = Object.keys(flags).join('');
  const fieldsOf = (line: string): string[] => (separator === undefined ? (line.match(/\s*\S+/g) ?? ['']) : line.split(separator));
  const part = (line: string, key: string): { text: string; mode: string } => {
    const m = /^(\d+)(?:\.\d+)?([a-zA-Z]*)(?:,(\d+)(?:\.\d+)?([a-zA-Z]*))?$/.exec(key);
    const fields = fieldsOf(line);
    return {
      text: fields.slice(Number(m?.[1] ?? 1) - 1, m?.[3] ? Number(m[3]) : undefined).join(separator ?? ''),
      mode: (m?.[2] ?? '') + (m?.[4] ?? ''),
    };
  };
  const units: Record<string, number> = { K: 1e3, M: 1e6, G: 1e9, T: 1e12 };
  const value = (text: string, human: boolean): number => {
    const m = /^\s*(-?\d*\.?\d*)([KMGT]?)/i.exec(text);
    return (Number(m?.[1] || 0) || 0) * (human ? (units[(m?.[2] ?? '').toUpperCase()] ?? 1) : 1);
  };
  const months = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
  const compare = (x: string, y: string, mode: string): number => {
    if (mode.includes('n') || mode.includes('g') || mode.includes('h')) return value(x, mode.includes('h')) - value(y, mode.includes('h'));
    if (mode.includes('V')) return x.localeCompare(y, 'en', { numeric: true });
    if (mode.includes('M')) return months.indexOf(x.trim().slice(0, 3).toUpperCase()) - months.indexOf(y.trim().slice(0, 3).toUpperCase());
    const [a, b] = mode.includes('f') ? [x.toUpperCase(), y.toUpperCase()] : [x, y];
    return a < b ? -1 : a > b ? 1 : 0;
  };
  const order = (x: string, y: string): number => {
    for (const key of keys.length > 0 ? keys : ['']) {
      const a = key === '' ? { text: x, mode: letters } : part(x, key);
      const b = key === '' ? { text: y, mode: letters } : part(y, key);
      const mode = a.mode || letters;
      const result = compare(a.text, b.text, mode);
      if (result !== 0) return mode.includes('r') ? -result : result;
    }
    if (flags.u || flags.s) return 0;
    const last = x < y ? -1 : x > y ? 1 : 0;
    return letters.includes('r') ? -last : last;
  };
  let out = lines(input).sort(order);
  if (flags.u) out = out.filter((line, i) => i === 0 || order(out[i - 1] ?? '', line) !== 0);
  if (flags.o !== undefined) {
    const error = sys.writeFile(String(flags.o), joined(out));
    if (error) sys.err(`sort: ${String(flags.o)}: ${sys.errorText(error)}\n`);
  } else sys.out(joined(out));
  return 0;
}, 'tkoST');

export const uniq = whole((sys, input, { flags }) => {
  const groups: { line: string; n: number }[] = [];
  for (const line of lines(input)) {
    const last = groups.at(-1);
    if (last && (flags.i ? last.line.toLowerCase() === line.toLowerCase() : last.line === line)) last.n++;
    else groups.push({ line, n: 1 });
  }
  const kept = groups.filter((g) => (flags.d ? g.n > 1 : flags.u ? g.n === 1 : true));
  sys.out(joined(kept.map((g) => (flags.c ? `${String(g.n).padStart(7)} ${g.line}` : g.line))));
  return 0;
}, 'fsw');

export const tac = whole((sys, input) => {
  sys.out(joined(lines(input).reverse()));
  return 0;
});

export const rev = whole((sys, input) => {
  sys.out(joined(lines(input).map((l) => [...l].reverse().join(''))));
  return 0;
});

export const nl = whole((sys, input) => {
  let n = 0;
  sys.out(joined(lines(input).map((l) => (l === '' ? '       ' : `${String(++n).padStart(6)}\t${l}`))));
  return 0;
});

export const fold = whole((sys, input, { flags }) => {
  const width = Number(flags.w ?? 80);
  sys.out(joined(lines(input).flatMap((l) => l.match(new RegExp(`.{1,${width}}`, 'g')) ?? [''])));
  return 0;
}, 'w');

export const base64 = whole((sys, input, { flags }) => {
  if (flags.d || flags.D || sys.args.includes('--decode')) sys.out(Buffer.from(input, 'base64').toString('latin1'));
  else {
    const width = flags.w === undefined ? 76 : Number(flags.w);
    const text = Buffer.from(input, 'latin1').toString('base64');
    sys.out(width === 0 ? text : joined(text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []));
  }
  return 0;
}, 'w');

const checksum = (algorithm: string): Program => ({
  run(sys) {
    const { rest } = options(sys.args, '');
    const st = sys.state<{ text: string }>();
    const sum = (text: string): string => createHash(algorithm).update(Buffer.from(text, 'latin1')).digest('hex');
    if (rest.length === 0) {
      const input = sys.input([]);
      if (!input) return;
      sys.out(`${sum(input.text)}  -\n`);
      sys.exit(0);
      return;
    }
    st.text = '';
    let failed = false;
    for (const name of rest) {
      const content = sys.content(name);
      if (typeof content === 'string') sys.out(`${sum(content)}  ${name}\n`);
      else {
        sys.err(`${sys.name}: ${sys.cannotOpen(name)}${sys.errorText(content.error)}\n`);
        failed = true;
      }
    }
    sys.exit(failed ? 1 : 0);
  },
});
export const md5sum = checksum('md5');
export const sha1sum = checksum('sha1');
export const sha256sum = checksum('sha256');

export const yes: Program = {
  run(sys) {
    const line = `${sys.args.join(' ') || 'y'}\n`;
    const block = line.repeat(Math.max(1, Math.floor(8192 / line.length)));
    for (let i = 0; i < 64 && !sys.blocked && sys.p.exit === null; i++) {
      sys.out(block);
      for (let k = 0; k < 8; k++) sys.kernel.tick();
    }
  },
};

/** `hexdump -C`. */
function canonical(data: string): string {
  let out = '';
  for (let at = 0; at < data.length; at += 16) {
    const bytes = [...data.slice(at, at + 16)];
    const hex = Array.from(
      { length: 16 },
      (_, i) => (bytes[i] === undefined ? '   ' : ` ${bytes[i].charCodeAt(0).toString(16).padStart(2, '0')}`) + (i === 7 ? ' ' : ''),
    ).join('');
    out += `${at.toString(16).padStart(8, '0')} ${hex}  |${bytes.map((c) => (c >= ' ' && c <= '~' ? c : '.')).join('')}|\n`;
  }
  return data === '' ? '' : `${out}${data.length.toString(16).padStart(8, '0')}\n`;
}

export const od = whole((sys, input, { flags }) => {
  if (sys.name === 'hexdump' && flags.C) {
    sys.out(canonical(input));
    return 0;
  }
  const hex = flags.x !== undefined || String(flags.t ?? '').startsWith('x1') || sys.name === 'hexdump';
  const plain = String(flags.A ?? '') === 'n';
  const chars = flags.c !== undefined || String(flags.t ?? '') === 'c';
  const count = flags.N === undefined ? input.length : Number(flags.N);
  const data = input.slice(0, count);
  for (let at = 0; at < data.length; at += 16) {
    const bytes = [...data.slice(at, at + 16)].map((c) => c.charCodeAt(0));
    const cell = (b: number): string => {
      if (chars)
        return (
          ({ 10: '  \\n', 9: '  \\t', 0: '  \\0', 13: '  \\r' } as Record<number, string>)[b] ??
          (b >= 32 && b < 127 ? `   ${String.fromCharCode(b)}` : ` ${b.toString(8).padStart(3, '0')}`)
        );
      return hex ? ` ${b.toString(16).padStart(2, '0')}` : ` ${b.toString(8).padStart(3, '0')}`;
    };
    const words =
      !chars && flags.t === undefined
        ? Array.from({ length: Math.ceil(bytes.length / 2) }, (_, i) => (bytes[2 * i] ?? 0) | ((bytes[2 * i + 1] ?? 0) << 8)).map((w) =>
            hex ? ` ${w.toString(16).padStart(4, '0')}` : ` ${w.toString(8).padStart(6, '0')}`,
          )
        : bytes.map(cell);
    sys.out(`${plain ? '' : at.toString(8).padStart(7, '0')}${words.join('')}\n`);
  }
  if (!plain) sys.out(`${data.length.toString(8).padStart(7, '0')}\n`);
  return 0;
}, 'tANj');
