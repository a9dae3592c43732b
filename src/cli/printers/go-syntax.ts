// Go's %#v and %v of what JSON decodes to; error messages and custom columns show it.
import { goQuote } from '../flags/go-quote.ts';

export function goSyntax(value: unknown, verb: '%#v' | '%v' = '%#v'): string {
  if (value === null || value === undefined) return verb === '%#v' ? 'interface {}(nil)' : '<nil>';
  if (typeof value === 'string') return verb === '%#v' ? goQuote(value) : value;
  if (Array.isArray(value)) {
    const items = value.map((item) => goSyntax(item, verb));
    return verb === '%#v' ? `[]interface {}{${items.join(', ')}}` : `[${items.join(' ')}]`;
  }
  if (typeof value === 'object') {
    const map = value as Record<string, unknown>;
    const keys = Object.keys(map)
      .filter((key) => map[key] !== undefined)
      .sort();
    return verb === '%#v'
      ? `map[string]interface {}{${keys.map((key) => `${goQuote(key)}:${goSyntax(map[key], verb)}`).join(', ')}}`
      : `map[${keys.map((key) => `${key}:${goSyntax(map[key], verb)}`).join(' ')}]`;
  }
  return String(value);
}
