// Marks: while the kernel looks for a cycle, text that depends on the clock or on a counter is written as characters above 255, one per
// byte, each naming a token and a position in its text. They may be copied, cut and appended. Whoever looks at their value turns them
// into plain text first (`plain`), which counts as an inspection: a lap with one proves nothing.
import type { Repeat, Token } from './state.ts';
import { conversion, dateParts, FIXED_WIDTH } from './strftime.ts';

const FIRST = 0x100;
const LAST = 0xd700;
export const marked = /[\u0100-\ud7ff]/;
const marks = /[\u0100-\ud7ff]/g;

export function tokenText(token: { f: string; v: number }): string {
  return token.f ? conversion(token.f, token.v) : String(token.v);
}

export class Symbols {
  /** Where each mark comes from. */
  private readonly places: { token: Token; p: number }[] = [];
  readonly tokens: Token[] = [];
  inspections = 0;
  /** Repetition is certain only before this instant: a blank-padded day of the month was written. */
  validUntil = Number.POSITIVE_INFINITY;

  get full(): boolean {
    return this.places.length > LAST - FIRST - 4096;
  }

  private mark(token: Token, width: number): string {
    this.tokens.push(token);
    let text = '';
    for (let p = 0; p < width; p++) {
      text += String.fromCharCode(FIRST + this.places.length);
      this.places.push({ token, p });
    }
    return text;
  }

  date(format: string, now: number): string {
    return dateParts(format)
      .map((part) => {
        if (!part.startsWith('%') || part.length < 2) return part;
        const text = conversion(part, now);
        if (FIXED_WIDTH.has(part)) return this.mark({ f: part, v: now, d: 0 }, text.length);
        if (part === '%e') this.validUntil = Math.min(this.validUntil, (Math.floor(now / 86_400_000) + 1) * 86_400_000);
        else if (part !== '%%' && part !== '%n' && part !== '%t') this.inspections++;
        return text;
      })
      .join('');
  }

  counter(v: number, d: number): string {
    return this.mark({ f: '', v, d }, String(v).length);
  }

  /** The counter that a text wholly consists of. */
  counterOf(text: string): Token | undefined {
    const first = this.places[text.charCodeAt(0) - FIRST];
    if (!first || first.token.f || first.p !== 0 || String(first.token.v).length !== text.length) return undefined;
    for (let i = 1; i < text.length; i++) {
      const place = this.places[text.charCodeAt(i) - FIRST];
      if (place?.token !== first.token || place.p !== i) return undefined;
    }
    return first.token;
  }

  plain(text: string): string {
    return text.replace(marks, (c) => {
      const place = this.places[c.charCodeAt(0) - FIRST];
      return place ? (tokenText(place.token)[place.p] ?? '') : c;
    });
  }

  /** The text with each mark spelled out relative to `now`: equal for texts that differ by a shift of the clock only. */
  relative(text: string, now: number, counters: { v: number; d: number }[]): string {
    return text.replace(marks, (c) => {
      const place = this.places[c.charCodeAt(0) - FIRST];
      if (!place) return c;
      const { f, v, d } = place.token;
      if (f) return `\u0001${f}${v - now}.${place.p}\u0002`;
      counters.push({ v, d });
      return `\u0001#${d}.${place.p}\u0002`;
    });
  }

  /** The text as a template of its own, times relative to `base`. */
  template(text: string, base: number): { text: string; toks: Repeat['toks'] } {
    const toks: Repeat['toks'] = [];
    const out = text.replace(marks, (c) => {
      const place = this.places[c.charCodeAt(0) - FIRST];
      if (!place) return c;
      const { f, v, d } = place.token;
      toks.push({ f, v: f ? v - base : v, d, p: place.p });
      return String.fromCharCode(FIRST + toks.length - 1);
    });
    return { text: out, toks };
  }
}

/** The `i`-th lap of a template whose laps start at `at + i·every`. */
export function renderLap(text: string, toks: Repeat['toks'], at: number, every: number, i: number): string {
  if (toks.length === 0) return text;
  let lastText = '';
  let lastTok: Repeat['toks'][number] | undefined;
  return text.replace(marks, (c) => {
    const tok = toks[c.charCodeAt(0) - FIRST];
    if (!tok) return c;
    if (!lastTok || lastTok.f !== tok.f || lastTok.v !== tok.v || lastTok.d !== tok.d) {
      lastText = tok.f ? conversion(tok.f, at + i * every + tok.v) : String(tok.v + i * tok.d);
      lastTok = tok;
    }
    return lastText[tok.p] ?? '';
  });
}
