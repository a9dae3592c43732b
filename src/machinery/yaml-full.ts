// The full YAML parser, for what yaml-read.ts does not take on. Errors are worded as Go's yaml words them. Loaded only when needed.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseAllDocuments, Scalar } from 'yaml';
import { resolvePlain } from './yaml-scalar.ts';

/** The values of all documents. Throws `yaml: line N: …`. */
export function readYaml(text: string): unknown[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    schema: 'failsafe',
    uniqueKeys: false,
    merge: true,
    prettyErrors: false,
    strict: false,
  });
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    const error = document.errors[0];
    if (error) throw new Error(goError(error.code, error.message, lines.linePos(error.pos[0]).line, text));
    const budget = { aliases: 0 };
    return document.contents ? value(document.contents as ParsedNode, document, budget) : null;
  });
}

/** Aliases may not blow a document up: what a billion laughs needs is refused. */
function value(node: unknown, document: { anchors?: unknown } & { get?: unknown }, budget: { aliases: number }): unknown {
  if (isAlias(node)) {
    if (++budget.aliases > 10_000) throw new Error('yaml: document contains excessive aliasing');
    const target = node.resolve(document as never);
    if (!target) throw new Error(`yaml: unknown anchor '${node.source}' referenced`);
    return value(target, document, budget);
  }
  if (isMap(node)) {
    const map: Record<string, unknown> = {};
    const own = new Set<string>();
    for (const { key, value: inner } of node.items) {
      const name = keyText(isScalar(key) ? scalar(key) : value(key, document, budget));
      if (name === '<<' && isScalar(key) && key.type === Scalar.PLAIN) {
        const merged = value(inner, document, budget);
        for (const source of Array.isArray(merged) ? merged : [merged]) {
          if (typeof source !== 'object' || source === null)
            throw new Error('yaml: map merge requires map or sequence of maps as the value');
          for (const [k, v] of Object.entries(source)) if (!own.has(k) && !Object.hasOwn(map, k)) define(map, k, v);
        }
        continue;
      }
      own.add(name);
      define(map, name, inner === null ? null : value(inner, document, budget));
    }
    return map;
  }
  if (isSeq(node)) return node.items.map((item) => value(item, document, budget));
  if (isScalar(node)) return scalar(node);
  return null;
}

/** Keys such as `__proto__` are data like any other. */
function define(map: Record<string, unknown>, key: string, inner: unknown): void {
  Object.defineProperty(map, key, { value: inner, enumerable: true, configurable: true, writable: true });
}

function keyText(key: unknown): string {
  if (typeof key === 'object' && key !== null) throw new Error('error converting YAML to JSON: unsupported map key');
  return key === null ? 'null' : String(key);
}

function scalar(node: Scalar): unknown {
  const text = node.value === null || node.value === undefined ? '' : String(node.value);
  switch (node.tag) {
    case '!!str':
    case 'tag:yaml.org,2002:str':
      return node.type === Scalar.PLAIN && !node.tag
        ? resolvePlain(text)
        : node.type === Scalar.PLAIN && node.srcToken === undefined
          ? resolvePlain(text)
          : plainOr(node, text);
    default:
      return plainOr(node, text);
  }
}

const plainOr = (node: Scalar, text: string): unknown =>
  node.type === Scalar.PLAIN || node.type === undefined ? resolvePlain(text) : text;

function goError(code: string, message: string, line: number, text: string): string {
  const at = (n: number): string => `yaml: line ${n}: `;
  switch (code) {
    case 'TAB_AS_INDENT':
      return `${at(line)}found character that cannot start any token`;
    case 'BLOCK_AS_IMPLICIT_KEY':
      return `${at(line)}mapping values are not allowed in this context`;
    case 'MISSING_CHAR':
      return text.split('\n')[line - 1]?.includes('"')
        ? `${at(line)}found unexpected end of stream`
        : `${at(line)}did not find expected key`;
    case 'BAD_INDENT':
      return `${at(line - 1)}did not find expected key`;
    case 'UNEXPECTED_TOKEN':
      return `${at(line)}did not find expected key`;
    case 'MULTILINE_IMPLICIT_KEY':
      return `${at(line)}could not find expected ':'`;
    default:
      return `${at(line)}${message.toLowerCase().split('\n')[0]}`;
  }
}
