// Reads JSON as Go's encoding/json does: what is wrong is said in its words, and nothing is nested more than 10,000 deep. Left out:
// fields that are called __proto__, which would be no field of the objects that they are copied to.
const MAX_DEPTH = 10_000;
const SPACE = new Set([' ', '\t', '\r', '\n']);

/** The message is Go's. */
export class JsonTextError extends Error {}

export function parseJson(text: string): unknown {
  // A text that short cannot be that deep.
  if (text.length > 2 * MAX_DEPTH) checkDepth(text);
  try {
    const value = JSON.parse(text);
    if (/__proto__|\\u005f/i.test(text)) checkNames(value);
    return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new JsonTextError(problemOf(text));
  }
}

/** Throws when a field is called __proto__. */
export function checkNames(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, '__proto__')) throw new JsonTextError('kubemu takes no field with the name "__proto__"');
  for (const inner of Object.values(value)) checkNames(inner);
}

/** Brackets inside of strings do not count. */
function checkDepth(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at++;
      for (; at < text.length && text.charCodeAt(at) !== 0x22; at++) if (text.charCodeAt(at) === 0x5c) at++;
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_DEPTH) throw new JsonTextError('exceeded max depth');
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
}

/** Where the scanner of encoding/json gives up, and what it says there. */
function problemOf(text: string): string {
  let at = 0;
  const open: ('{' | '[')[] = [];
  const skip = (): void => {
    while (SPACE.has(text.charAt(at))) at++;
  };
  const unexpected = (where: string): string => {
    const code = text.codePointAt(at);
    return code === undefined ? 'unexpected end of JSON input' : `invalid character ${quoted(String.fromCodePoint(code))} ${where}`;
  };
  for (;;) {
    // A value begins here.
    skip();
    const first = text.charAt(at);
    if (first === '{' || first === '[') {
      open.push(first);
      at++;
      skip();
      if (text.charAt(at) !== (first === '{' ? '}' : ']')) {
        if (first === '[') continue;
        const wrong = key('looking for beginning of object key string');
        if (wrong) return wrong;
        continue;
      }
    } else {
      const wrong = scalar(first);
      if (wrong) return wrong;
      at--; // as if it were the end of a bracket
      open.push('[');
    }
    // A value has ended.
    for (;;) {
      at++;
      open.pop();
      skip();
      const outer = open.at(-1);
      if (!outer) return unexpected('after top-level value');
      const next = text.charAt(at);
      if (next === ',') {
        at++;
        if (outer === '[') break;
        const wrong = key('looking for beginning of object key string');
        if (wrong) return wrong;
        break;
      }
      if (next !== (outer === '{' ? '}' : ']')) return unexpected(outer === '{' ? 'after object key:value pair' : 'after array element');
    }
  }

  function key(where: string): string | undefined {
    skip();
    if (text.charAt(at) !== '"') return unexpected(where);
    const wrong = string();
    if (wrong) return wrong;
    skip();
    if (text.charAt(at) !== ':') return unexpected('after object key');
    at++;
    return undefined;
  }

  function scalar(first: string): string | undefined {
    if (first === '"') return string();
    if (first === '-' || /\d/.test(first)) return number();
    for (const literal of ['true', 'false', 'null']) if (first === literal.charAt(0)) return word(literal);
    return unexpected('looking for beginning of value');
  }

  function word(literal: string): string | undefined {
    for (let n = 0; n < literal.length; n++, at++) {
      if (text.charAt(at) !== literal.charAt(n)) return unexpected(`in literal ${literal} (expecting ${quoted(literal.charAt(n))})`);
    }
    return undefined;
  }

  function number(): string | undefined {
    const digits = (): boolean => {
      const from = at;
      while (/\d/.test(text.charAt(at))) at++;
      return at > from;
    };
    if (text.charAt(at) === '-') at++;
    if (text.charAt(at) === '0') at++;
    else if (!digits()) return unexpected('in numeric literal');
    if (text.charAt(at) === '.') {
      at++;
      if (!digits()) return unexpected('after decimal point in numeric literal');
    }
    if (/[eE]/.test(text.charAt(at))) {
      at++;
      if (/[+-]/.test(text.charAt(at))) at++;
      if (!digits()) return unexpected('in exponent of numeric literal');
    }
    return undefined;
  }

  function string(): string | undefined {
    for (at++; text.charAt(at) !== '"'; at++) {
      if (at >= text.length || text.charAt(at) < ' ') return unexpected('in string literal');
      if (text.charAt(at) !== '\\') continue;
      at++;
      if (text.charAt(at) === 'u') {
        for (let n = 0; n < 4; n++) {
          at++;
          if (!/[\da-fA-F]/.test(text.charAt(at))) return unexpected('in \\u hexadecimal character escape');
        }
      } else if (!/["\\/bfnrt]/.test(text.charAt(at))) return unexpected('in string escape code');
    }
    at++;
    return undefined;
  }
}

/** As encoding/json's quoteChar. */
function quoted(character: string): string {
  if (character === "'") return "'\\''";
  return character === '"' ? `'"'` : `'${JSON.stringify(character).slice(1, -1)}'`;
}
