// Strategic merge patch, as apimachinery's strategicpatch applies it: lists merge by their keys, directives say what else to do.
// Unchanged subtrees of the original are shared with the result.
import { jsonEqual } from './equal.ts';
import { goValue } from './go-value.ts';
import { type PatchType, patchTypeOf } from './patch-merge-keys.ts';

/** A patch that cannot be applied; the message is the server's. */
export class StrategicPatchError extends Error {
  constructor(
    message: string,
    readonly code: 400 | 500 = 500,
  ) {
    super(message);
  }
}

type JsonObject = Record<string, unknown>;

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const ELEMENT_ORDER = '$setElementOrder/';
const DELETE_FROM_LIST = '$deleteFromPrimitiveList/';

/** @param kind the object's kind, which decides how its lists merge */
export function strategicMergePatch(original: unknown, patch: JsonObject, kind: string): unknown {
  return mergeObject(isObject(original) ? original : {}, patch, patchTypeOf(kind));
}

/** The same for an object whose kind is not built in. */
export const mergeByType = (original: unknown, patch: JsonObject, type: PatchType): unknown =>
  mergeObject(isObject(original) ? original : {}, patch, type);

function mergeObject(original: JsonObject, patch: JsonObject, type: PatchType | undefined): JsonObject {
  const directive = patch[DIRECTIVE];
  if (directive !== undefined) {
    if (directive === 'replace') return cleaned(patch);
    if (directive === 'delete') return {};
    throw new StrategicPatchError(`Unknown patch type found: ${directive}`, 400);
  }
  const result: JsonObject = { ...original };
  if (patch[RETAIN_KEYS] !== undefined) retainKeys(result, patch);

  const lists = new Set<string>();
  for (const key of Object.keys(patch)) {
    if (key === RETAIN_KEYS || key === '__proto__') continue;
    const list = key.startsWith(ELEMENT_ORDER)
      ? key.slice(ELEMENT_ORDER.length)
      : key.startsWith(DELETE_FROM_LIST)
        ? key.slice(DELETE_FROM_LIST.length)
        : undefined;
    if (list !== undefined) {
      lists.add(list);
      continue;
    }
    const value = patch[key];
    const field = type?.[key];
    if (value === null) delete result[key];
    else if (Array.isArray(value) && field?.key !== undefined) lists.add(key);
    else if (isObject(value)) {
      const before = original[key];
      if (isObject(before)) result[key] = field?.replace ? cleaned(value) : mergeObject(before, value, field?.type);
      else if (value[DIRECTIVE] === 'delete') delete result[key];
      else result[key] = cleaned(value);
    } else result[key] = value;
  }
  for (const key of lists) {
    const merged = mergeField(original[key], patch, key, type);
    if (merged === undefined) delete result[key];
    else result[key] = merged;
  }
  return result;
}

function retainKeys(result: JsonObject, patch: JsonObject): void {
  const keep = patch[RETAIN_KEYS];
  if (!Array.isArray(keep)) throw new StrategicPatchError('invalid patch format of retainKeys', 400);
  for (const key of Object.keys(patch)) {
    if (!key.startsWith('$') && patch[key] !== null && !keep.includes(key))
      throw new StrategicPatchError('patch contains key not in retainKeys list', 400);
  }
  for (const key of Object.keys(result)) if (!keep.includes(key)) delete result[key];
}

/** One list with everything that the patch says about it. */
function mergeField(before: unknown, patch: JsonObject, key: string, type: PatchType | undefined): unknown {
  const original = Array.isArray(before) ? before : [];
  const given = patch[key];
  const items = Array.isArray(given) ? given : [];
  const order = patch[ELEMENT_ORDER + key];
  const removed = patch[DELETE_FROM_LIST + key];
  const field = type?.[key];
  if (given === null || (field?.key === undefined && given !== undefined)) return given ?? undefined;
  if (field?.key === undefined || field.key === '') {
    const kept = Array.isArray(removed) ? original.filter((item) => !removed.some((gone) => jsonEqual(gone, item))) : original;
    const merged = [...kept, ...items.filter((item) => !kept.some((old) => jsonEqual(old, item)))];
    if (before === undefined && merged.length === 0) return undefined;
    return inOrder(merged, Array.isArray(order) ? order : items, original, (a, b) => jsonEqual(a, b));
  }
  const mergeKey = field.key;
  const same = (a: unknown, b: unknown): boolean => isObject(a) && isObject(b) && jsonEqual(a[mergeKey], b[mergeKey]);
  const merged = mergeItems(original, items, mergeKey, field.type, same);
  if (before === undefined && merged.length === 0 && given === undefined) return undefined;
  const replaced = items.some((item) => isObject(item) && item[DIRECTIVE] === 'replace');
  return replaced
    ? merged
    : inOrder(merged, Array.isArray(order) ? order : items.filter((item) => !(isObject(item) && item[DIRECTIVE])), original, same);
}

function mergeItems(
  original: readonly unknown[],
  items: readonly unknown[],
  mergeKey: string,
  type: PatchType | undefined,
  same: (a: unknown, b: unknown) => boolean,
): unknown[] {
  if (items.some((item) => isObject(item) && item[DIRECTIVE] === 'replace')) {
    return items
      .filter((item) => !(isObject(item) && item[DIRECTIVE] !== undefined))
      .map((item) => (isObject(item) ? cleaned(item) : item));
  }
  let merged = [...original];
  for (const item of items) {
    if (!isObject(item)) throw new StrategicPatchError('unable to find api field in struct for the json field', 400);
    if (item[mergeKey] === undefined)
      throw new StrategicPatchError(`map: ${goValue(item)} does not contain declared merge key: ${mergeKey}`);
    const directive = item[DIRECTIVE];
    if (directive === 'delete') {
      merged = merged.filter((old) => !same(old, item));
      continue;
    }
    if (directive !== undefined && directive !== 'merge') throw new StrategicPatchError(`Unknown patch type found: ${directive}`, 400);
    const at = merged.findIndex((old) => same(old, item));
    const { [DIRECTIVE]: _, ...fields } = item;
    if (at < 0) merged.push(cleaned(fields));
    else merged[at] = mergeObject(merged[at] as JsonObject, fields, type);
  }
  return merged;
}

/**
 * Items that the patch names come in its order; the others keep their place before those that follow them in the original.
 */
function inOrder(
  merged: readonly unknown[],
  order: readonly unknown[],
  original: readonly unknown[],
  same: (a: unknown, b: unknown) => boolean,
): unknown[] {
  const rank = (item: unknown): number => order.findIndex((wanted) => same(wanted, item));
  const named = merged.filter((item) => rank(item) >= 0).sort((a, b) => rank(a) - rank(b));
  const others = merged.filter((item) => rank(item) < 0);
  const place = (item: unknown): number => original.findIndex((old) => same(old, item));
  const result: unknown[] = [];
  let i = 0;
  let j = 0;
  while (i < others.length && j < named.length) {
    const left = place(others[i]);
    const right = place(named[j]);
    result.push(left >= 0 && right >= 0 && left < right ? others[i++] : named[j++]);
  }
  return [...result, ...others.slice(i), ...named.slice(j)];
}

/** A value of the patch that has nothing to merge with: without directives and without the fields that it sets to null. */
function cleaned(value: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const key of Object.keys(value)) {
    const field = value[key];
    if (key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(ELEMENT_ORDER) || key.startsWith(DELETE_FROM_LIST) || field === null)
      continue;
    if (Array.isArray(field)) {
      result[key] = field
        .filter((item) => !(isObject(item) && item[DIRECTIVE] === 'delete'))
        .map((item) => (isObject(item) ? cleaned(item) : item));
    } else result[key] = isObject(field) ? cleaned(field) : field;
  }
  return result;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
