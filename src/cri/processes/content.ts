// A file's content: a list of segments, plain text or laps of a loop in closed form.
import { SIGNATURE_LENGTH } from './machine.ts';
import type { Inode, Repeat, Segment } from './state.ts';
import { renderLap } from './symbols.ts';

const lengthOf = (seg: Segment): number => (typeof seg === 'string' ? seg.length : seg.text.length * seg.n);

const PIECE = 32_768;

export function appendText(inode: Inode, text: string): void {
  const last = inode.segs.length - 1;
  const tail = inode.segs[last];
  // Pieces of bounded size: reading the end of a long file must not touch its start.
  if (typeof tail === 'string' && tail.length < PIECE) inode.segs[last] = tail + text;
  else inode.segs.push(text);
  inode.size += text.length;
}

export function appendRepeat(inode: Inode, repeat: Repeat): void {
  inode.segs.push(repeat);
  inode.size += repeat.text.length * repeat.n;
}

export function setText(inode: Inode, text: string): void {
  inode.segs = text ? [text] : [];
  inode.size = text.length;
}

/** A token that will be signed when somebody looks at it. */
export function setUnsigned(inode: Inode, text: string): void {
  inode.segs = [text];
  inode.size = text.length + SIGNATURE_LENGTH;
  inode.unsigned = true;
}

/** Nobody has read it yet. */
export function addSignature(inode: Inode, signature: (token: string) => string): void {
  const text = String(inode.segs[0]);
  delete inode.unsigned;
  setText(inode, text + signature(text));
}

/** Whether it holds this file as it was put there. */
export function holds(inode: Inode, text: string, unsigned: boolean | undefined): boolean {
  if (!unsigned) return !inode.unsigned && readAll(inode) === text;
  return inode.unsigned ? inode.segs[0] === text : inode.size === text.length + SIGNATURE_LENGTH && readAll(inode).startsWith(text);
}

/** Bytes from `from` up to `to` (exclusive). */
export function readRange(inode: Inode, from: number, to: number): string {
  const parts: string[] = [];
  let end = inode.size;
  for (let i = inode.segs.length - 1; i >= 0 && end > from; i--) {
    const seg = inode.segs[i] ?? '';
    const length = lengthOf(seg);
    const start = end - length;
    if (start < to) parts.push(slice(seg, Math.max(0, from - start), Math.min(length, to - start)));
    end = start;
  }
  return parts.reverse().join('');
}

function slice(seg: Segment, from: number, to: number): string {
  if (typeof seg === 'string') return seg.slice(from, to);
  const lap = seg.text.length;
  const first = Math.floor(from / lap);
  const last = Math.min(seg.n, Math.ceil(to / lap));
  const laps: string[] = [];
  for (let i = first; i < last; i++) laps.push(renderLap(seg.text, seg.toks, seg.at, seg.every, i));
  return laps.join('').slice(from - first * lap, to - first * lap);
}

export function readAll(inode: Inode): string {
  return readRange(inode, 0, inode.size);
}

/** Writes at a position inside or past the end, as `dd seek=` or a plain `<>` would. */
export function writeAt(inode: Inode, at: number, text: string): void {
  if (at === inode.size) {
    appendText(inode, text);
    return;
  }
  const old = readAll(inode);
  setText(inode, old.padEnd(at, '\0').slice(0, at) + text + old.slice(at + text.length));
}

/** Newlines, without writing the laps out. */
export function countLines(inode: Inode): number {
  const newlines = (text: string): number => {
    let n = 0;
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) n++;
    return n;
  };
  return inode.segs.reduce((sum, seg) => sum + (typeof seg === 'string' ? newlines(seg) : newlines(seg.text) * seg.n), 0);
}

/** Where the last `n` lines begin. */
export function lastLinesOffset(inode: Inode, n: number): number {
  if (n <= 0) return inode.size;
  let end = inode.size;
  let seen = 0;
  while (end > 0) {
    const start = Math.max(0, end - 8192);
    const text = readRange(inode, start, end);
    for (let i = text.length - 1; i >= 0; i--) {
      if (text[i] === '\n' && start + i !== inode.size - 1 && ++seen === n) return start + i + 1;
    }
    end = start;
  }
  return 0;
}
