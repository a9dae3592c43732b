// Brace expansion: bash has it, other shells take braces as they are.
import type { Part, Word } from './parse.ts';

/** A shell without brace expansion takes braces as they are. */
export function literalBraces(word: Word): Word {
  if (!word.parts.some((part) => part.type === 'BraceExpansion')) return word;
  const literal = (value: string): Part => ({ type: 'Literal', value });
  const parts = word.parts.flatMap((part): Part[] => {
    if (part.type !== 'BraceExpansion') return [part];
    const items = part.items.map((item): Part[] =>
      item.type === 'Word'
        ? literalBraces(item.word).parts
        : [literal(`${item.startStr ?? item.start}..${item.endStr ?? item.end}${item.step === undefined ? '' : `..${item.step}`}`)],
    );
    return [literal('{'), ...items.flatMap((item, i) => (i > 0 ? [literal(','), ...item] : item)), literal('}')];
  });
  return { type: 'Word', parts };
}

/** Brace expansion: one word becomes several. */
export function braces(word: Word): Word[] {
  const at = word.parts.findIndex((part) => part.type === 'BraceExpansion');
  const part = word.parts[at];
  if (part?.type !== 'BraceExpansion') return [word];
  const before = word.parts.slice(0, at);
  const after = word.parts.slice(at + 1);
  return part.items.flatMap((item) => {
    const middles: Part[][] = item.type === 'Word' ? [item.word.parts] : range(item).map((value) => [{ type: 'Literal', value }]);
    return middles.flatMap((middle) => braces({ type: 'Word', parts: [...before, ...middle, ...after] }));
  });
}

function range(item: { start: string | number; end: string | number; step?: number; startStr?: string; endStr?: string }): string[] {
  const letters = typeof item.start === 'string';
  const from = letters ? String(item.start).charCodeAt(0) : Number(item.start);
  const to = typeof item.end === 'string' ? item.end.charCodeAt(0) : Number(item.end);
  const step = Math.max(1, Math.abs(item.step ?? 1));
  const width = Math.max(...[item.startStr, item.endStr].map((s) => (s && /^-?0\d/.test(s) ? s.length : 0)));
  const out: string[] = [];
  for (let v = from; from <= to ? v <= to : v >= to; v += from <= to ? step : -step) {
    out.push(letters ? String.fromCharCode(v) : width ? String(v).padStart(width, '0') : String(v));
    if (out.length > 100_000) break;
  }
  return out;
}
