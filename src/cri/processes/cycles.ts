// Finding laps: two instants at which a machine's whole state is the same but for the clock, counters and files that grew.
// While it looks, text from the clock is written as marks (symbols.ts); a lap during which nobody looked at a mark's value, or at a file
// that grew, must repeat for ever, so any number of laps can be done at once. Leaves out laps with outside effects: they start anew.
import type { Instant } from '../../machinery/clock.ts';
import { appendRepeat } from './content.ts';
import type { Kernel } from './kernel.ts';
import { LOG_LIMIT, lineBytes } from './log.ts';
import type { Inode, KernelState, Process } from './state.ts';
import { marked, Symbols } from './symbols.ts';

/** Stops of the clock before the search starts; doubled after each search in vain. */
const PATIENCE = 12;
const SEARCH = 400;

type Change = { ino: number; text: string } | { c: string; ch: 0 | 1; at: Instant; text: string };

interface Stop {
  at: Instant;
  changes: number;
  tokens: number;
  inspections: number;
  looks: number;
  counters: Counter[];
  /** The state as text; the search goes by the same without the digits of what programs hold. */
  exact: string;
  /** Counters inside other text, in order. */
  marks: { v: number; d: number }[];
}

interface Counter {
  p: Process;
  vars: Record<string, string>;
  name: string;
  value: number;
  text: string;
}

/** Runs of digits, marks of counters among them. */
const DIGITS = /(\u0001#[^\u0002]*\u0002|\d)+/g;
/** Digits and marks inside quoted text, as far as that can be told from JSON: not after `":`, where plain numbers stand. */
const LOOSE_TEXT = /(?<![\d:[,-])[\d\u0100-\ud7ff]+|(?<=")-?[\d\u0100-\ud7ff]+/g;
const INTEGER = /^-?(0|[1-9]\d{0,14})$/;

export class Cycles {
  symbols: Symbols | null = null;
  private stops = 0;
  private patience = PATIENCE;
  private seen = new Map<string, Stop>();
  private changes: Change[] = [];
  private looks: number[] = [];
  private changedFiles = new Set<number>();
  private names = false;
  private counters: Counter[] = [];

  constructor(private readonly kernel: Kernel) {}

  // --- told by the kernel ---

  inspected(): void {
    if (this.symbols) this.symbols.inspections++;
  }

  namesChanged(): void {
    this.names = true;
  }

  looked(ino: number): void {
    if (this.symbols) this.looks.push(ino);
  }

  rewritten(ino: number): void {
    if (this.symbols) this.changedFiles.add(ino);
  }

  appended(ino: number, text: string): void {
    if (this.symbols) this.changes.push({ ino, text });
  }

  logged(c: string, ch: 0 | 1, lines: string[]): void {
    if (this.symbols) for (const text of lines) this.changes.push({ c, ch, at: this.kernel.now, text });
  }

  // --- the search ---

  /** Forgets what was seen; marks become plain text. */
  reset(): void {
    if (this.symbols) this.writeOut();
    this.symbols = null;
    this.stops = 0;
    this.clear();
  }

  private clear(): void {
    this.seen.clear();
    this.changes = [];
    this.looks = [];
    this.changedFiles.clear();
    this.names = false;
    this.counters = [];
  }

  /** At a stop of the clock: whether the machine will go round for ever. */
  isCycle(): boolean {
    this.patience = 1;
    return this.lap() !== undefined;
  }

  /** At a stop of the clock: goes forward as many laps as fit before `to`. */
  jump(to: Instant): boolean {
    const lap = this.lap();
    if (!lap) return false;
    const n = this.lapsUntil(to, lap);
    if (n < 1) {
      if (to > this.kernel.now + 2 * (this.kernel.now - lap.at)) this.giveUp();
      return false;
    }
    this.apply(lap, n);
    return true;
  }

  private giveUp(): void {
    this.reset();
    this.patience = Math.max(2, Math.min(this.patience, 4));
  }

  private lap(): Stop | undefined {
    this.stops++;
    if (!this.symbols) {
      if (
        this.stops < this.patience ||
        Object.values(this.kernel.s.execs).some((e) => e.pid !== 1 && e.exitCode === undefined && e.startError === undefined)
      )
        return undefined;
      this.symbols = new Symbols();
      this.clear();
      this.stops = 0;
      return undefined;
    }
    if (this.stops > SEARCH || this.symbols.full) {
      this.patience = Math.min(this.patience * 2 + PATIENCE, 5_000);
      this.reset();
      return undefined;
    }
    const { loose: signature, stop: here } = this.stop(this.symbols);
    const before = this.seen.get(signature);
    this.seen.set(signature, here);
    if (!before || before.at === here.at || before.inspections !== here.inspections || this.lookedAtGrowth(before)) return undefined;
    return this.countersFit(before, here) ? before : undefined;
  }

  private lookedAtGrowth(since: Stop): boolean {
    const grown = new Set(this.changes.slice(since.changes).map((change) => ('ino' in change ? change.ino : -1)));
    return this.looks.slice(since.looks).some((ino) => grown.has(ino) && !this.changedFiles.has(ino));
  }

  /** Counters must gain the same each lap, provably: they are marks with that gain. If not yet, they become marks. */
  private countersFit(before: Stop, here: Stop): boolean {
    const symbols = this.symbols;
    if (!symbols) return false;
    const gainOf = (text: string): number => (marked.test(text) ? (symbols.counterOf(text)?.d ?? Number.NaN) : 0);
    const gains = here.counters.map((counter, i) => counter.value - (before.counters[i]?.value ?? 0));
    const certain = here.counters.every(
      (counter, i) => gainOf(counter.text) === gains[i] && gainOf(before.counters[i]?.text ?? '') === gains[i],
    );
    if (certain)
      return before.exact === here.exact && here.marks.every((mark, i) => mark.v - (before.marks[i]?.v ?? Number.NaN) === mark.d);
    this.clear();
    here.counters.forEach((counter, i) => {
      const gain = gains[i] ?? 0;
      counter.vars[counter.name] = gain === 0 ? String(counter.value) : symbols.counter(counter.value, gain);
    });
    const fresh = this.stop(symbols);
    this.seen.set(fresh.loose, fresh.stop);
    return false;
  }

  private stop(symbols: Symbols): { loose: string; stop: Stop } {
    const counters: Counter[] = [];
    const marks: Stop['marks'] = [];
    const exact = this.describe(counters, marks, false);
    return {
      loose: this.describe([], [], true),
      stop: {
        at: this.kernel.now,
        changes: this.changes.length,
        tokens: symbols.tokens.length,
        inspections: symbols.inspections,
        looks: this.looks.length,
        counters,
        exact,
        marks,
      },
    };
  }

  /** The state as text, without what may differ from lap to lap; `loose`: without digits in what programs hold. */
  private describe(counters: Counter[], marks: Stop['marks'], loose: boolean): string {
    const { s } = this.kernel;
    const parts: string[] = [];
    const hold = (text: string): string => (loose ? this.relative(text, marks).replace(DIGITS, '#') : this.relative(text, marks));
    for (const [id, file] of Object.entries(s.files)) {
      const inode = file.ino === undefined ? undefined : s.inodes[file.ino];
      parts.push(`${id} ${JSON.stringify(inode ? { ...file, off: 0 } : file)}`);
      if (inode) parts.push(hold(this.unread(inode, file.off ?? 0)));
    }
    for (const p of s.procs) parts.push(this.processText(p, counters, marks, loose));
    parts.push(hold(JSON.stringify(s.pipes)), JSON.stringify(s.listening));
    for (const ino of this.changedFiles) {
      const inode = s.inodes[ino];
      parts.push(inode ? `${ino} ${hold(JSON.stringify(inode.segs))}` : `${ino} gone`);
    }
    for (const container of Object.values(s.containers)) parts.push(hold(container.log.part.join('\n')));
    if (this.names) parts.push(JSON.stringify([Object.values(s.containers).map((c) => c.names), s.volumes]));
    return parts.join('\n');
  }

  private unread(inode: Inode, off: number): string {
    if (off >= inode.size) return '';
    const last = inode.segs[inode.segs.length - 1];
    const unread = inode.size - off;
    return typeof last === 'string' && last.length >= unread && unread < 65_536 ? last.slice(-unread) : `${unread} bytes`;
  }

  private relative(text: string, marks: Stop['marks']): string {
    return this.symbols && marked.test(text) ? this.symbols.relative(text, this.kernel.now, marks) : text;
  }

  private processText(p: Process, counters: Counter[], marks: Stop['marks'], loose: boolean): string {
    const { now } = this.kernel;
    const symbols = this.symbols;
    const text = JSON.stringify(p, function (this: unknown, key: string, value: unknown) {
      if (key === 'startedAt') return 0;
      if (typeof value === 'number') return key === 'until' ? value - now : value;
      if (loose && key === 'frames') return JSON.stringify(value).replace(LOOSE_TEXT, '#');
      if (key === 'vars' && value && typeof value === 'object') {
        const vars = value as Record<string, string>;
        const masked: Record<string, string> = {};
        for (const name of Object.keys(vars)) {
          const v = vars[name] ?? '';
          const token = typeof v === 'string' && marked.test(v) ? symbols?.counterOf(v) : undefined;
          if (token || (typeof v === 'string' && INTEGER.test(v))) {
            counters.push({ p, vars, name, value: token ? token.v : Number(v), text: v });
            masked[name] = '#';
          } else masked[name] = loose && typeof v === 'string' ? v.replace(/(#|\d|[\u0100-\ud7ff])+/g, '#') : v;
        }
        return masked;
      }
      return value;
    });
    return this.relative(text, marks);
  }

  // --- the jump ---

  private lapsUntil(to: Instant, lap: Stop): number {
    const { s, now } = this.kernel;
    const period = now - lap.at;
    const symbols = this.symbols;
    if (!symbols || period <= 0) return 0;
    let n = Math.floor((Math.min(to, symbols.validUntil - 1) - now) / period);
    for (const token of symbols.tokens.slice(lap.tokens)) {
      if (!token.f && token.d !== 0) n = Math.min(n, sameWidth(token.v, token.d));
    }
    for (const token of here(symbols)) n = Math.min(n, sameWidth(token.v, token.d));
    const logged: Record<string, number> = {};
    for (const change of this.changes.slice(lap.changes))
      if ('c' in change) logged[change.c] = (logged[change.c] ?? 0) + lineBytes(change.text);
    for (const [c, bytes] of Object.entries(logged))
      n = Math.min(n, Math.floor((LOG_LIMIT - (s.containers[c]?.log.bytes ?? 0)) / bytes) - 1);
    return n;

    /** Counters as they stand, which the next lap starts from. */
    function here(all: Symbols): { v: number; d: number }[] {
      return all.tokens.filter((token) => !token.f && token.d !== 0).slice(-64);
    }
  }

  private apply(lap: Stop, n: number): void {
    const { s, now } = this.kernel;
    const symbols = this.symbols;
    if (!symbols) return;
    const period = now - lap.at;
    const lapChanges = this.changes.slice(lap.changes);
    const texts = new Map<number, string>();
    const lines = new Map<string, Extract<Change, { c: string }>[]>();
    for (const change of lapChanges) {
      if ('ino' in change) {
        if (!this.changedFiles.has(change.ino)) texts.set(change.ino, (texts.get(change.ino) ?? '') + change.text);
      } else lines.set(change.c, [...(lines.get(change.c) ?? []), change]);
    }
    // The lap that was watched started at `lap.at`; the first one to come starts now, with counters one gain further.
    const template = (text: string): ReturnType<Symbols['template']> => {
      const made = symbols.template(text, lap.at);
      for (const tok of made.toks) if (!tok.f) tok.v += tok.d;
      return made;
    };
    const repeats = [...texts].map(([ino, text]) => ({ ino, ...template(text) }));
    const logRepeats = [...lines].map(([c, entries]) => ({
      c,
      lines: entries.map((e) => ({ at: e.at - lap.at, ch: e.ch, ...template(e.text) })),
    }));

    this.writeOutGrowth();
    for (const { ino, text, toks } of repeats) {
      const inode = s.inodes[ino];
      if (!inode || text === '') continue;
      appendRepeat(inode, { text, toks, at: now, every: period, n });
      inode.mtime += n * period;
      for (const file of Object.values(s.files)) if (file.ino === ino && file.off !== undefined) file.off += n * text.length;
    }
    for (const { c, lines: entries } of logRepeats) {
      const log = s.containers[c]?.log;
      if (!log) continue;
      log.segs.push({ lines: entries, at: now, every: period, n });
      log.bytes += n * entries.reduce((sum, e) => sum + lineBytes(e.text), 0);
    }
    for (const ino of this.changedFiles) {
      const inode = s.inodes[ino];
      if (inode && inode.mtime >= lap.at) inode.mtime += n * period;
    }
    for (const p of s.procs) {
      if (p.startedAt >= lap.at) p.startedAt += n * period;
      shiftTimes(p.block, n * period);
      shiftTimes(p.st, n * period);
    }
    for (const token of symbols.tokens) token.v += token.f ? n * period : n * token.d;
    s.now = now + n * period;
    this.reset();
    this.patience = 2;
  }

  /** Growth of files and logs in plain text; the marks in it are not shifted with the rest. */
  private writeOutGrowth(): void {
    const { s } = this.kernel;
    const inos = new Set(this.changes.map((change) => ('ino' in change ? change.ino : -1)));
    for (const ino of inos) if (!this.changedFiles.has(ino)) this.writeOutInode(s.inodes[ino]);
    for (const container of Object.values(s.containers)) {
      const { segs } = container.log;
      for (let i = segs.length - 1; i >= 0 && i >= segs.length - this.changes.length; i--) {
        const seg = segs[i];
        if (Array.isArray(seg) && this.symbols) seg[2] = this.symbols.plain(seg[2]);
      }
    }
  }

  private writeOutInode(inode: Inode | undefined): void {
    const symbols = this.symbols;
    if (!inode || !symbols) return;
    inode.segs = inode.segs.map((seg) => (typeof seg === 'string' && marked.test(seg) ? symbols.plain(seg) : seg));
  }

  /** Every mark in the machine becomes the text it stands for. */
  private writeOut(): void {
    const { s } = this.kernel;
    const symbols = this.symbols;
    if (!symbols || symbols.tokens.length === 0) return;
    this.writeOutGrowth();
    for (const ino of this.changedFiles) this.writeOutInode(s.inodes[ino]);
    for (const p of s.procs) {
      plainDeep(p.st, symbols);
      plainDeep(p.env, symbols);
      plainDeep(p.out, symbols);
      plainDeep(p.argv, symbols);
      plainDeep(p.answer, symbols);
      plainDeep(p.block, symbols);
    }
    for (const pipe of Object.values(s.pipes)) pipe.data = symbols.plain(pipe.data);
    for (const container of Object.values(s.containers)) {
      container.log.part = [symbols.plain(container.log.part[0]), symbols.plain(container.log.part[1])];
    }
  }
}

/** Laps for which a counter keeps its number of digits. */
function sameWidth(v: number, d: number): number {
  if (d === 0) return Number.POSITIVE_INFINITY;
  const width = String(v).length;
  const digits = v < 0 ? width - 1 : width;
  const limit =
    d > 0 ? (v < 0 ? -(10 ** (digits - 1)) : 10 ** digits - 1) : v < 0 ? -(10 ** digits - 1) : digits === 1 ? 0 : 10 ** (digits - 1);
  return Math.max(0, Math.floor((limit - v) / d));
}

function shiftTimes(value: unknown, by: number): void {
  if (typeof value !== 'object' || value === null) return;
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    const field = fields[key];
    if (key === 'until' && typeof field === 'number') fields[key] = field + by;
    else if (key !== 'vars') shiftTimes(field, by);
  }
}

function plainDeep(value: unknown, symbols: Symbols): void {
  if (typeof value !== 'object' || value === null) return;
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    const field = fields[key];
    if (typeof field === 'string') {
      if (marked.test(field)) fields[key] = symbols.plain(field);
    } else plainDeep(field, symbols);
  }
}

export type { KernelState };
