// A container's log as the runtime writes it: whole lines with the instant at which they were complete.
import type { Instant } from '../../machinery/clock.ts';
import { fromBytes } from './bytes.ts';
import type { LogLine } from './machine.ts';
import type { ContainerLog, LogSegment } from './state.ts';
import { renderLap } from './symbols.ts';

/** The kubelet rotates a container's log at 10 MiB; what was rotated away is no longer shown. */
export const LOG_LIMIT = 10 * 1024 * 1024;
/** `2026-11-20T13:45:00.000000000Z stdout F ` and the newline. */
const LINE_OVERHEAD = 41;

export const newLog = (): ContainerLog => ({ segs: [], part: ['', ''], bytes: 0 });

export const lineBytes = (text: string): number => text.length + LINE_OVERHEAD;

/** Appends output; returns the lines that it completed. */
export function appendLog(log: ContainerLog, at: Instant, ch: 0 | 1, text: string): string[] {
  const pieces = (log.part[ch] + text).split('\n');
  log.part[ch] = pieces.pop() ?? '';
  for (const line of pieces) {
    if (log.bytes >= LOG_LIMIT) {
      log.segs = [];
      log.bytes = 0;
    }
    log.segs.push([at, ch, line]);
    log.bytes += lineBytes(line);
  }
  return pieces;
}

/** A process that ends leaves its last line without a newline. */
export function readLog(log: ContainerLog, now: Instant, options: { tail?: number; since?: Instant }): LogLine[] {
  const wanted = options.tail ?? Number.POSITIVE_INFINITY;
  const since = options.since ?? Number.NEGATIVE_INFINITY;
  const newestFirst: LogLine[] = [];
  const line = (at: Instant, ch: 0 | 1, text: string, complete: boolean): LogLine => ({
    at,
    stream: ch === 0 ? 'stdout' : 'stderr',
    text: fromBytes(text),
    complete,
  });
  for (const ch of [1, 0] as const) if (log.part[ch]) newestFirst.push(line(now, ch, log.part[ch], false));
  for (let i = log.segs.length - 1; i >= 0 && newestFirst.length < wanted; i--) {
    const seg = log.segs[i];
    if (seg === undefined) continue;
    if (Array.isArray(seg)) {
      if (seg[0] < since) break;
      newestFirst.push(line(seg[0], seg[1], seg[2], true));
    } else if (!repeated(seg, newestFirst, wanted, since, line)) break;
  }
  return newestFirst.slice(0, wanted).reverse();
}

function repeated(
  seg: Exclude<LogSegment, unknown[]>,
  out: LogLine[],
  wanted: number,
  since: Instant,
  line: (at: Instant, ch: 0 | 1, text: string, complete: boolean) => LogLine,
): boolean {
  for (let lap = seg.n - 1; lap >= 0 && out.length < wanted; lap--) {
    for (let k = seg.lines.length - 1; k >= 0 && out.length < wanted; k--) {
      const entry = seg.lines[k];
      if (!entry) continue;
      const at = seg.at + lap * seg.every + entry.at;
      if (at < since) return false;
      out.push(line(at, entry.ch, renderLap(entry.text, entry.toks, seg.at, seg.every, lap), true));
    }
  }
  return true;
}
