// The full YAML parser, for what yaml-read.ts does not take on: the yaml package for the syntax, Go's yaml v2 for what it means and for
// the words of its errors. Loaded only when needed.
import { type Document, isAlias, isMap, isScalar, isSeq, parseDocument, Scalar } from 'yaml';
import { goYamlError } from './yaml-errors.ts';
import { resolvePlain } from './yaml-scalar.ts';

/** The values of all documents. Throws `yaml: line N: …`. */
export const readYaml = (text: string): unknown[] => [...yamlDocuments(text)];

/** One document after the other: what is wrong with the second does not keep the first from being read. */
export function* yamlDocuments(text: string): Iterable<unknown> {
  for (const one of split(text)) {
    const document = parseDocument(one, { schema: 'failsafe', uniqueKeys: false, prettyErrors: false, strict: false });
    if (document.errors.length > 0) throw new Error(goYamlError(document.errors, one));
    yield document.contents ? new Reader(document).value(document.contents) : null;
  }
}

/** Kubernetes cuts a file at its `---` lines first; lines are counted from there. */
function split(text: string): string[] {
  const parts = `\n${text.replace(/^\ufeff/, '')}`.split(/\n---(?=[ \t\r\n]|$)[^\n]*/);
  const documents = parts.map((part) => part.slice(1));
  // Nothing before the first line of dashes is no document.
  if (documents.length > 1 && /^(\s*(#.*)?(\n|$))*$/.test(documents[0] ?? '')) documents.shift();
  return documents;
}

class Reader {
  private aliases = 0;
  private readonly resolving = new Set<unknown>();
  constructor(private readonly document: Document) {}

  value(node: unknown): unknown {
    if (isAlias(node)) return this.alias(node);
    if (isMap(node)) return this.map(node.items as unknown as { key: unknown; value: unknown }[]);
    if (isSeq(node)) return node.items.map((item) => this.value(item));
    return isScalar(node) ? scalar(node) : null;
  }

  /** What a billion laughs needs is refused. */
  private alias(node: { source: string; resolve(document: Document): unknown }): unknown {
    if (++this.aliases > 10_000) throw new Error('yaml: document contains excessive aliasing');
    const target = node.resolve(this.document);
    if (!target) throw new Error(`yaml: unknown anchor '${node.source}' referenced`);
    if (this.resolving.has(target)) throw new Error(`yaml: anchor '${node.source}' value contains itself`);
    this.resolving.add(target);
    const value = this.value(target);
    this.resolving.delete(target);
    return value;
  }

  private map(items: readonly { key: unknown; value: unknown }[]): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    const merged: unknown[] = [];
    for (const { key, value: inner } of items) {
      if (isScalar(key) && key.value === '<<' && key.type === Scalar.PLAIN) merged.push(this.value(inner));
      else define(map, keyText(this.value(key)), this.value(inner));
    }
    for (const source of merged.flat()) {
      if (typeof source !== 'object' || source === null) throw new Error('yaml: map merge requires map or sequence of maps as the value');
      for (const [key, value] of Object.entries(source)) if (!Object.hasOwn(map, key)) define(map, key, value);
    }
    return map;
  }
}

/** Keys such as `__proto__` are data like any other. */
function define(map: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}

function keyText(key: unknown): string {
  if (typeof key === 'object' && key !== null) throw new Error('yaml: invalid map key');
  return String(key);
}

function scalar(node: Scalar): unknown {
  const text = typeof node.value === 'string' ? node.value : '';
  const tag = node.tag?.replace('tag:yaml.org,2002:', '!!');
  const isPlain = node.type === Scalar.PLAIN || node.type === undefined;
  // The failsafe schema marks every plain scalar as a string; only a tag that stands in the text counts.
  if (!isPlain || (tag === '!!str' && isTagged(node))) return tag && tag !== '!!str' && isTagged(node) ? resolvePlain(text) : text;
  return resolvePlain(text);
}

const isTagged = (node: Scalar): boolean =>
  Boolean(node.tag) && node.range !== undefined && Boolean((node as { tagged?: boolean }).tagged ?? node.tag);
