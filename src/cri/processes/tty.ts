// A terminal's line discipline: echo, erasing, Ctrl-C, Ctrl-D; and, while a shell waits at its prompt, the shell's own line editor with
// its history. Text is bytes. Leaves out: stty, Ctrl-Z, completion, lines wider than the terminal.

export interface Tty {
  /** What was typed of the present line, and where the cursor stands in it. */
  line: string;
  at: number;
  /** An escape sequence that is not complete. */
  escape: string;
  past: string[];
  /** Lines back in the past that is shown, and what was typed before. */
  back: number;
  draft: string;
  /** What the screen shows before the line: the prompt. */
  shown: string;
}

export interface Typed {
  echo: string;
  /** Input for the reader: lines, and END at the end of input. */
  ready: string;
  /** SIGINT or SIGQUIT for whatever runs in front. */
  signal?: number;
}

/** Stands in the input of a reader where the end of input was typed. */
export const END = '\x04';

/** Lines that are remembered. */
const MOST_PAST = 200;

export const newTty = (): Tty => ({ line: '', at: 0, escape: '', past: [], back: 0, draft: '', shown: '' });

/** One key. `editing`: a shell is at its prompt. */
export function type(tty: Tty, key: string, editing: boolean): Typed {
  if (tty.escape !== '' || (key === '\x1b' && editing)) return sequence(tty, key);
  const edit = editing ? EDITS[key] : undefined;
  if (edit) return { echo: edit(tty), ready: '' };
  switch (key) {
    case '\r':
    case '\n':
      return { echo: '\r\n', ready: `${take(tty, editing)}\n` };
    case '\x7f':
    case '\b':
      return { echo: erase(tty, before(tty.line, tty.at)), ready: '' };
    case '\x03':
    case '\x1c':
      take(tty, false);
      return { echo: key === '\x03' ? '^C\r\n' : '^\\\r\n', ready: '', signal: key === '\x03' ? 2 : 3 };
    case '\x04':
      if (tty.line === '') return { echo: '', ready: END };
      return editing ? { echo: EDITS.delete?.(tty) ?? '', ready: '' } : { echo: '', ready: take(tty, false) };
    case '\x15':
      return { echo: erase(tty, 0), ready: '' };
    case '\x17':
      return { echo: erase(tty, /\S*\s*$/.exec(tty.line.slice(0, tty.at))?.index ?? 0), ready: '' };
  }
  if (key === '\t' && editing) return { echo: '\x07', ready: '' };
  if (key < ' ' && editing) return { echo: '', ready: '' };
  const rest = tty.line.slice(tty.at);
  tty.line = tty.line.slice(0, tty.at) + key + rest;
  tty.at += key.length;
  const visible = key < ' ' && key !== '\t' ? `^${String.fromCharCode(key.charCodeAt(0) + 64)}` : key;
  return { echo: visible + rest + left(rest), ready: '' };
}

/** What one read of the terminal gets: a line, or the end of input. */
export function readLine(input: { stdin: string }, max: number): { data: string } | 'eof' {
  const { stdin } = input;
  if (stdin.startsWith(END)) {
    input.stdin = stdin.slice(1);
    return 'eof';
  }
  const line = /^[^\n\x04]*\n?/.exec(stdin)?.[0].slice(0, max) ?? '';
  input.stdin = stdin.slice(line.length);
  return { data: line };
}

/** Ends the line and gives it back. */
function take(tty: Tty, remember: boolean): string {
  const { line } = tty;
  if (remember && line.trim() !== '' && tty.past.at(-1) !== line) tty.past = [...tty.past, line].slice(-MOST_PAST);
  Object.assign(tty, { line: '', at: 0, escape: '', back: 0, draft: '' });
  return line;
}

const EDITS: Readonly<Record<string, (tty: Tty) => string>> = {
  '\x01': (tty) => moveTo(tty, 0),
  '\x05': (tty) => moveTo(tty, tty.line.length),
  '\x02': (tty) => moveTo(tty, before(tty.line, tty.at)),
  '\x06': (tty) => moveTo(tty, after(tty.line, tty.at)),
  '\x10': (tty) => recall(tty, 1),
  '\x0e': (tty) => recall(tty, -1),
  '\x0b': (tty) => {
    tty.line = tty.line.slice(0, tty.at);
    return '\x1b[K';
  },
  '\x0c': (tty) => `\x1b[H\x1b[J${tty.shown}${tty.line}${left(tty.line.slice(tty.at))}`,
  delete: (tty) => {
    const rest = tty.line.slice(after(tty.line, tty.at));
    tty.line = tty.line.slice(0, tty.at) + rest;
    return `${rest}\x1b[K${left(rest)}`;
  },
};

const SEQUENCES: Readonly<Record<string, string>> = { A: '\x10', B: '\x0e', C: '\x06', D: '\x02', H: '\x01', F: '\x05', '3~': 'delete' };

function sequence(tty: Tty, key: string): Typed {
  tty.escape += key;
  const found = /^\x1b(?:\[([\d;]*[@-~])?|O([A-Z])?)?$/.exec(tty.escape);
  const name = found?.[1] ?? found?.[2];
  if (found && name === undefined) return { echo: '', ready: '' };
  tty.escape = '';
  return { echo: EDITS[SEQUENCES[name ?? ''] ?? '']?.(tty) ?? '', ready: '' };
}

function moveTo(tty: Tty, to: number): string {
  const from = tty.at;
  tty.at = to;
  return to < from ? left(tty.line.slice(to, from)) : tty.line.slice(from, to);
}

/** Takes away what is between `from` and the cursor. */
function erase(tty: Tty, from: number): string {
  const gone = tty.line.slice(from, tty.at);
  if (gone === '') return '';
  const rest = tty.line.slice(tty.at);
  tty.line = tty.line.slice(0, from) + rest;
  tty.at = from;
  return rest === '' ? '\b \b'.repeat(width(gone)) : `${left(gone)}${rest}\x1b[K${left(rest)}`;
}

function recall(tty: Tty, step: number): string {
  const back = tty.back + step;
  if (back < 0 || back > tty.past.length) return '';
  if (tty.back === 0) tty.draft = tty.line;
  const home = moveTo(tty, 0);
  tty.back = back;
  tty.line = back === 0 ? tty.draft : (tty.past[tty.past.length - back] ?? '');
  tty.at = tty.line.length;
  return `${home}\x1b[K${tty.line}`;
}

/** Places on the screen: a character's first byte takes one. */
const width = (text: string): number => text.replace(/[\x80-\xbf]/g, '').length;
const left = (text: string): string => '\b'.repeat(width(text));

function before(line: string, at: number): number {
  let to = Math.max(0, at - 1);
  while (to > 0 && isContinuation(line, to)) to--;
  return to;
}

function after(line: string, at: number): number {
  let to = Math.min(line.length, at + 1);
  while (to < line.length && isContinuation(line, to)) to++;
  return to;
}

const isContinuation = (line: string, at: number): boolean => /[\x80-\xbf]/.test(line[at] ?? '');
