// KYAML: YAML in flow style with quoted strings, commas at every end, and brackets that cuddle lists of maps.
import { needsQuotes } from '../../machinery/yaml-scalar.ts';
import { number } from '../../machinery/yaml-write.ts';

/** One document: `---`, then the value. */
export const kyaml = (value: unknown): string => `---\n${render(value, 0)}\n`;

function render(value: unknown, indent: number): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return text(value, indent);
  if (typeof value === 'number') return number(value);
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return list(value, indent);
  const map = value as Record<string, unknown>;
  const keys = Object.keys(map)
    .filter((key) => map[key] !== undefined)
    .sort();
  if (keys.length === 0) return '{}';
  const inner = ' '.repeat(indent + 2);
  return `{\n${keys.map((key) => `${inner}${keyText(key)}: ${render(map[key], indent + 2)},\n`).join('')}${' '.repeat(indent)}}`;
}

function list(items: readonly unknown[], indent: number): string {
  if (items.length === 0) return '[]';
  if (items.every((item) => typeof item === 'object' && item !== null)) return `[${items.map((item) => render(item, indent)).join(', ')}]`;
  const inner = ' '.repeat(indent + 2);
  return `[\n${items.map((item) => `${inner}${render(item, indent + 2)},\n`).join('')}${' '.repeat(indent)}]`;
}

function keyText(key: string): string {
  const bare = /^[A-Za-z0-9_]([A-Za-z0-9_./-]*[A-Za-z0-9_])?$/.test(key) && !needsQuotes(key);
  return bare ? key : JSON.stringify(key);
}

function text(value: string, indent: number): string {
  const quoted = JSON.stringify(value).replaceAll('\\t', '\t');
  if (!value.includes('\n')) return quoted;
  const pad = ' '.repeat(indent + 1);
  const ends = value.endsWith('\n');
  const lines = (ends ? value.slice(0, -1) : value).split('\n').map((line) => {
    const escaped = JSON.stringify(line).slice(1, -1).replaceAll('\\t', '\t');
    return `${pad}${/^\s/.test(line) ? '\\' : ' '}${escaped}`;
  });
  const body = lines.map((line, i) => (i < lines.length - 1 || ends ? `${line}\\n\\` : `${line}\\`)).join('\n');
  return `"\\\n${body}\n${pad}"`;
}
