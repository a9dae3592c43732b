// encoding/json's output: keys of maps sorted by their bytes, HTML characters escaped; on one line or indented.

/** One line. Objects that came from a server or a file are maps, whose keys Go sorts; `sort` false keeps the order of a Go struct. */
export const goJson = (value: unknown, sort = true): string => emit(value, sort, '', '', '');

/** With line breaks and `indent` spaces, as `-o json` has it; without a final newline. */
export const goJsonIndented = (value: unknown, sort = true, indent = 4): string => emit(value, sort, ' '.repeat(indent), '\n', '\n');

function emit(value: unknown, sort: boolean, step: string, line: string, inner: string): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return value === undefined ? 'null' : String(value);
  const deeper = inner + step;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[${deeper}${value.map((item) => emit(item, sort, step, line, deeper)).join(`,${deeper}`)}${inner}]`;
  }
  const map = value as Record<string, unknown>;
  const keys = Object.keys(map).filter((key) => map[key] !== undefined);
  if (keys.length === 0) return '{}';
  if (sort) keys.sort();
  const colon = line === '' ? ':' : ': ';
  return `{${deeper}${keys.map((key) => quoted(key) + colon + emit(map[key], sort, step, line, deeper)).join(`,${deeper}`)}${inner}}`;
}

function quoted(text: string): string {
  const json = JSON.stringify(text);
  return /[<>&\u2028\u2029]/.test(json)
    ? json.replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : json;
}
