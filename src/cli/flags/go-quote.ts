// Go's %q: a string in double quotes with Go's escapes.
export function goQuote(text: string): string {
  return JSON.stringify(text).replace(/\\[bf]|\\u00([01][0-9a-f])|\x7f/g, (found, hex: string | undefined) => {
    if (hex === '07') return '\\a';
    if (hex === '0b') return '\\v';
    if (hex !== undefined) return `\\x${hex}`;
    return found === '\x7f' ? '\\x7f' : found;
  });
}
