// read: a line of input into variables.
import { marked } from '../../symbols.ts';
import type { Interpreter } from '../interpreter.ts';
import type { Frame } from '../shell-state.ts';
import type { Builtins } from './builtin.ts';

export const reading: Builtins = {
  read: readLine,
};

function readLine(shell: Interpreter, args: string[], frame: Frame): number | 'again' {
  const { sh, sys } = shell;
  let raw = false;
  let timeout: number | undefined;
  let count: number | undefined;
  let fd = 0;
  let array: string | undefined;
  let i = 0;
  for (; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (!/^-./.test(arg)) break;
    if (arg === '-r') raw = true;
    else if (arg === '-p') {
      i++;
    } else if (arg === '-t') timeout = Number(args[++i] ?? '0');
    else if (arg === '-n' || arg === '-N') count = Number(args[++i] ?? '1');
    else if (arg === '-u') fd = Number(args[++i] ?? '0');
    else if (arg === '-a') array = args[++i];
    else if (arg === '-s' || arg === '-e') continue;
    else if (arg === '-rp' || arg === '-sp') {
      raw ||= arg.includes('r');
      i++;
    }
  }
  const mem = (frame.mem ?? {}) as { line?: string; until?: number };
  mem.line ??= '';
  frame.mem = mem as Record<string, unknown>;
  if (timeout !== undefined) mem.until ??= sys.now + Math.round(timeout * 1000);
  let ended = false;
  for (;;) {
    if (count !== undefined && mem.line.length >= count) break;
    // One byte at a time, as shells do: what follows the line belongs to the next reader.
    const got = sys.read(fd, 1, mem.until);
    if (got === 'block') {
      if (mem.until !== undefined && sys.now >= mem.until) {
        sys.p.block = null;
        return sh.dialect === 'bash' ? 142 : 1;
      }
      return 'again';
    }
    if (got === 'eof' || 'error' in got) {
      ended = true;
      break;
    }
    if (got.data === '\n') {
      if (!raw && /(^|[^\\])(\\\\)*\\$/.test(mem.line)) {
        mem.line = mem.line.slice(0, -1);
        continue;
      }
      break;
    }
    mem.line += got.data;
  }
  delete frame.mem;
  const names = args.slice(i);
  const line = raw ? mem.line : mem.line.replace(/\\(.)/g, '$1');
  const ifs = typeof sh.vars.IFS === 'string' ? sh.vars.IFS : ' \t\n';
  if (array !== undefined) {
    shell.assign(array, splitFields(line, ifs, Number.POSITIVE_INFINITY));
    return ended ? 1 : 0;
  }
  if (names.length === 0) shell.assign('REPLY', line);
  else {
    const text = marked.test(line) && ifs.trim() !== '' ? sys.kernel.plain(line) : line;
    const fields = splitFields(text, ifs, names.length);
    names.forEach((name, k) => {
      shell.assign(name, fields[k] ?? '');
    });
  }
  return ended ? 1 : 0;
}

/** Fields of a line; the last one takes the rest. */
function splitFields(line: string, ifs: string, most: number): string[] {
  const isBlank = (c: string): boolean => ifs.includes(c) && /[ \t\n]/.test(c);
  const trim = (text: string): string => {
    let from = 0;
    let to = text.length;
    while (from < to && isBlank(text[from] ?? '')) from++;
    while (to > from && isBlank(text[to - 1] ?? '')) to--;
    return text.slice(from, to);
  };
  let rest = trim(line);
  const out: string[] = [];
  while (rest !== '' && out.length < most - 1) {
    let end = 0;
    while (end < rest.length && !ifs.includes(rest[end] ?? '')) end++;
    out.push(rest.slice(0, end));
    let next = end;
    while (next < rest.length && isBlank(rest[next] ?? '')) next++;
    if (next < rest.length && ifs.includes(rest[next] ?? '')) next++;
    while (next < rest.length && isBlank(rest[next] ?? '')) next++;
    rest = rest.slice(next);
  }
  if (rest !== '') out.push(rest);
  return out;
}
