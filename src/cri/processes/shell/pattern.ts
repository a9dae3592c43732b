// Shell patterns: `*`, `?`, `[…]`, backslash; as in case, ${x#…} and pathname expansion.

const cache = new Map<string, RegExp>();

/** A pattern as the source of a regular expression; `*` as `star`. */
function source(pattern: string, star: string): string {
  let out = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] ?? '';
    if (c === '\\') out += escapeRegExp(pattern[++i] ?? '\\');
    else if (c === '*') out += star;
    else if (c === '?') out += '[^]';
    else if (c === '[') {
      const set = /^\[([!^]?)(\]?(?:\[:\w+:\]|\\[\s\S]|[^\]])*)\]/.exec(pattern.slice(i));
      if (!set) out += '\\[';
      else {
        out += `[${set[1] ? '^' : ''}${classes(set[2] ?? '')}]`;
        i += set[0].length - 1;
      }
    } else out += escapeRegExp(c);
  }
  return out;
}

const CLASSES: Record<string, string> = {
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
};

function classes(set: string): string {
  return set.replace(
    /\[:(\w+):\]|\\([\s\S])|([\]\\^[])/g,
    (_, name: string | undefined, escaped: string | undefined, plain: string | undefined) =>
      name !== undefined ? (CLASSES[name] ?? '') : `\\${escaped ?? plain}`,
  );
}

const escapeRegExp = (c: string): string => (/[.*+?^${}()|[\]\\/]/.test(c) ? `\\${c}` : c);

export function escapePattern(text: string): string {
  return text.replace(/[*?[\]\\]/g, '\\$&');
}

export const hasGlob = (pattern: string): boolean => /(?:^|[^\\])(?:\\\\)*(?:[*?]|\[[^/]+\])/.test(pattern);

export function patternRegExp(pattern: string, options: { greedy?: boolean; path?: boolean } = {}): RegExp {
  const key = `${options.greedy === false ? 'l' : 'g'}${options.path ? 'p' : ''}${pattern}`;
  let known = cache.get(key);
  if (!known) {
    const star = options.path ? '[^/]*' : options.greedy === false ? '[^]*?' : '[^]*';
    known = new RegExp(source(pattern, star));
    if (cache.size > 1000) cache.clear();
    cache.set(key, known);
  }
  return known;
}

export function matches(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${patternRegExp(pattern).source})$`).test(text);
}

/** ${x#p}, ${x##p}, ${x%p}, ${x%%p}. */
export function removeAffix(text: string, pattern: string, side: 'prefix' | 'suffix', greedy: boolean): string {
  const whole = new RegExp(`^(?:${patternRegExp(pattern).source})$`);
  const lengths = Array.from({ length: text.length + 1 }, (_, i) => i);
  if (greedy) lengths.reverse();
  for (const n of lengths) {
    const affix = side === 'prefix' ? text.slice(0, n) : text.slice(text.length - n);
    if (whole.test(affix)) return side === 'prefix' ? text.slice(n) : text.slice(0, text.length - n);
  }
  return text;
}
