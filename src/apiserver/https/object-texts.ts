// Objects as JSON. What is frozen is written once and shown to everybody who lists or watches it: stored objects are the same to all.

/** How many characters are remembered; the oldest go first. */
const MOST = 16 * 1024 * 1024;
/** Longer ones are rare, and would leave no room for others. */
const LONGEST = 64 * 1024;

const texts = new Map<object, string>();
let size = 0;

/** A JSON value whose items, if it is a list, may be known already. */
export function textOf(value: unknown): string {
  const { items } = (value ?? {}) as { items?: unknown };
  if (!Array.isArray(items)) return JSON.stringify(value);
  const fields = Object.entries(value as object).map(([name, field]) => {
    if (name !== 'items') return field === undefined ? '' : `${JSON.stringify(name)}:${JSON.stringify(field)}`;
    return `"items":[${items.map(itemText).join(',')}]`;
  });
  return `{${fields.filter((field) => field !== '').join(',')}}`;
}

/** An event of a watch. */
export const eventText = ({ type, object }: { type: string; object: unknown }): string =>
  `{"type":${JSON.stringify(type)},"object":${itemText(object)}}`;

function itemText(item: unknown): string {
  if (typeof item !== 'object' || item === null || !Object.isFrozen(item)) return JSON.stringify(item) ?? 'null';
  const known = texts.get(item);
  if (known !== undefined) return known;
  const text = JSON.stringify(item);
  if (text.length > LONGEST) return text;
  texts.set(item, text);
  size += text.length;
  for (const [oldest, its] of texts) {
    if (size <= MOST) break;
    texts.delete(oldest);
    size -= its.length;
  }
  return text;
}
