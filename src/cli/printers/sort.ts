// `--sort-by`: orders objects by a JSONPath, stably. Text sorts naturally, as kubectl does: digits count as numbers, quantities too.
import { KubectlError } from '../verb.ts';
import { compileJsonPath, JsonPathError } from './jsonpath.ts';
import { relaxedPath } from './relaxed-path.ts';

/** Throws when no object has the field. `objectOf` says where the object of an item is, for rows of a table. */
export function sortBy<T>(items: readonly T[], field: string, objectOf: (item: T) => unknown): T[] {
  // An empty list is sorted whatever the path says.
  if (items.length === 0) return [];
  const spec = relaxedPath(field);
  let values: unknown[][];
  try {
    const path = compileJsonPath(spec);
    values = items.map((item) => path.find(objectOf(item)).flat());
  } catch (error) {
    if (error instanceof JsonPathError) throw new KubectlError(error.message);
    throw error;
  }
  if (items.length > 0 && values.every((found) => found.length === 0))
    throw new KubectlError(`couldn't find any field with path ${JSON.stringify(spec)} in the list of objects`);
  const order = items.map((_, index) => index);
  order.sort((a, b) => compare(values[a]?.[0], values[b]?.[0]) || a - b);
  return order.map((index) => items[index] as T);
}

function compare(a: unknown, b: unknown): number {
  // What lacks the field comes first.
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') {
    const [x, y] = [quantity(a), quantity(b)];
    if (x !== undefined && y !== undefined) return x - y;
    return natural(a, b);
  }
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  throw new KubectlError(`unsortable type: ${Array.isArray(a) ? 'slice' : typeof a === 'object' ? 'map' : typeof a}`);
}

const suffixes: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

function quantity(text: string): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/.exec(text);
  if (!match) return undefined;
  const [, digits = '', suffix = ''] = match;
  return /^[eE]./.test(suffix) ? Number(digits + suffix) : Number(digits) * (suffixes[suffix] ?? 1);
}

/** sortorder.NaturalLess: runs of digits compare as numbers. */
function natural(a: string, b: string): number {
  const [as, bs] = [a.match(/\d+|\D/g) ?? [], b.match(/\d+|\D/g) ?? []];
  for (let i = 0; i < as.length && i < bs.length; i++) {
    const [x = '', y = ''] = [as[i], bs[i]];
    if (x === y) continue;
    if (/^\d/.test(x) && /^\d/.test(y)) {
      const [m, n] = [x.replace(/^0+/, ''), y.replace(/^0+/, '')];
      if (m.length !== n.length) return m.length - n.length;
      if (m !== n) return m < n ? -1 : 1;
      continue;
    }
    return x < y ? -1 : 1;
  }
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
