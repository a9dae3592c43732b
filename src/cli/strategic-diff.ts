// What client-side apply sends: the difference between what was applied before, what is wanted now and what the server has, as a
// strategic merge patch (apimachinery/pkg/util/strategicpatch) or, for kinds without patch tags, a JSON merge patch.
import { jsonEqual } from '../machinery/equal.ts';
import { patchStrategyOf } from './merge-keys.ts';

type Fields = Record<string, unknown>;

interface DiffMode {
  /** Only additions and changes. */
  ignoreDeletions?: boolean;
  /** Only deletions. */
  ignoreChanges?: boolean;
}

/** The patch that leads `current` to `modified` and takes away what only `original` had. Empty when nothing is to do. */
export function threeWayStrategicPatch(kind: string, original: Fields, modified: Fields, current: Fields): Fields {
  const delta = diffMaps(kind, '', current, modified, { ignoreDeletions: true });
  const deletions = diffMaps(kind, '', original, modified, { ignoreChanges: true });
  return mergePatches(kind, '', deletions, delta);
}

/** The same for kinds without patch tags: lists are replaced, null deletes. */
export function threeWayMergePatch(original: Fields, modified: Fields, current: Fields): Fields {
  return mergeFields(onlyNulls(mergeDiff(original, modified)), withoutNulls(mergeDiff(current, modified)));
}

/** The patch from one object to another, of either kind. */
export const twoWayStrategicPatch = (kind: string, original: Fields, modified: Fields): Fields =>
  diffMaps(kind, '', original, modified, {});

function diffMaps(kind: string, path: string, original: Fields, modified: Fields, mode: DiffMode): Fields {
  const patch: Fields = {};
  for (const key of Object.keys(modified)) {
    if (modified[key] === undefined) continue;
    const there = Object.hasOwn(original, key) && original[key] !== undefined;
    if (!there) {
      if (!mode.ignoreChanges) patch[key] = modified[key];
      continue;
    }
    diffField(kind, path ? `${path}.${key}` : key, key, original[key], modified[key], patch, mode);
  }
  if (!mode.ignoreDeletions) {
    for (const key of Object.keys(original)) if (original[key] !== undefined && modified[key] === undefined) patch[key] = null;
  }
  return patch;
}

function diffField(kind: string, path: string, key: string, before: unknown, after: unknown, patch: Fields, mode: DiffMode): void {
  const strategy = patchStrategyOf(kind, path);
  if (isFields(before) && isFields(after)) {
    const inner = diffMaps(kind, path, before, after, mode);
    if (strategy?.retainKeys && !jsonEqual(before, after) && !mode.ignoreChanges) inner.$retainKeys = Object.keys(after).sort();
    if (Object.keys(inner).length > 0) patch[key] = inner;
    return;
  }
  if (Array.isArray(before) && Array.isArray(after) && strategy?.mergeKey !== undefined) {
    if (strategy.mergeKey === '') diffSets(key, before, after, patch, mode);
    else diffLists(kind, path, key, before as Fields[], after as Fields[], strategy.mergeKey, strategy.retainKeys === true, patch, mode);
    return;
  }
  if (!mode.ignoreChanges && !jsonEqual(before, after)) patch[key] = after;
}

function diffLists(
  kind: string,
  path: string,
  key: string,
  before: readonly Fields[],
  after: readonly Fields[],
  mergeKey: string,
  retainKeys: boolean,
  patch: Fields,
  mode: DiffMode,
): void {
  if (before.length === 0) {
    if (after.length > 0 && !mode.ignoreChanges) patch[key] = after;
    return;
  }
  const changes: Fields[] = [];
  for (const item of after) {
    const old = before.find((one) => one[mergeKey] === item[mergeKey]);
    if (!old) {
      if (!mode.ignoreChanges) changes.push(item);
      continue;
    }
    const inner = diffMaps(kind, path, old, item, mode);
    if (retainKeys && !mode.ignoreChanges && !jsonEqual(old, item)) inner.$retainKeys = Object.keys(item).sort();
    if (Object.keys(inner).length > 0) changes.push({ ...inner, [mergeKey]: item[mergeKey] });
  }
  if (!mode.ignoreDeletions) {
    for (const old of before) {
      if (!after.some((item) => item[mergeKey] === old[mergeKey])) changes.push({ $patch: 'delete', [mergeKey]: old[mergeKey] });
    }
  }
  const sameOrder = before.length === after.length && after.every((item, i) => item[mergeKey] === before[i]?.[mergeKey]);
  if (changes.length > 0) patch[key] = changes;
  // The server keeps the wanted order of a merged list only when it is told.
  if (changes.length > 0 || !sameOrder) patch[`$setElementOrder/${key}`] = after.map((item) => ({ [mergeKey]: item[mergeKey] }));
}

function diffSets(key: string, before: readonly unknown[], after: readonly unknown[], patch: Fields, mode: DiffMode): void {
  const added = mode.ignoreChanges ? [] : after.filter((item) => !before.includes(item));
  const gone = mode.ignoreDeletions ? [] : before.filter((item) => !after.includes(item));
  if (added.length > 0) patch[key] = added;
  if (gone.length > 0) patch[`$deleteFromPrimitiveList/${key}`] = gone;
  if (added.length > 0 || gone.length > 0 || !jsonEqual(before, after)) patch[`$setElementOrder/${key}`] = after;
}

/** Puts the fields of one patch over those of another; lists of maps meet by merge key. */
function mergePatches(kind: string, path: string, base: Fields, over: Fields): Fields {
  const merged: Fields = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const old = merged[key];
    const at = path ? `${path}.${key}` : key;
    const mergeKey = patchStrategyOf(kind, at)?.mergeKey;
    if (isFields(old) && isFields(value)) merged[key] = mergePatches(kind, at, old, value);
    else if (Array.isArray(old) && Array.isArray(value) && mergeKey) merged[key] = mergeLists(kind, at, old, value, mergeKey);
    else merged[key] = value;
  }
  return merged;
}

function mergeLists(kind: string, path: string, base: readonly Fields[], over: readonly Fields[], mergeKey: string): Fields[] {
  const kept = base.filter((item) => !over.some((one) => one[mergeKey] === item[mergeKey]));
  const merged = over.map((item) => mergePatches(kind, path, base.find((one) => one[mergeKey] === item[mergeKey]) ?? {}, item));
  return [...merged, ...kept];
}

/** RFC 7386: what turns one object into the other. */
export function mergeDiff(before: Fields, after: Fields): Fields {
  const patch: Fields = {};
  for (const [key, value] of Object.entries(after)) {
    const old = before[key];
    if (isFields(old) && isFields(value)) {
      const inner = mergeDiff(old, value);
      if (Object.keys(inner).length > 0) patch[key] = inner;
    } else if (!jsonEqual(old, value)) patch[key] = value;
  }
  for (const key of Object.keys(before)) if (before[key] !== undefined && after[key] === undefined) patch[key] = null;
  return patch;
}

function onlyNulls(patch: Fields): Fields {
  return keep(patch, (value) => value === null);
}

function withoutNulls(patch: Fields): Fields {
  return keep(patch, (value) => value !== null);
}

function keep(patch: Fields, wanted: (leaf: unknown) => boolean): Fields {
  const kept: Fields = {};
  for (const [key, value] of Object.entries(patch)) {
    if (isFields(value)) {
      const inner = keep(value, wanted);
      if (Object.keys(inner).length > 0 || (Object.keys(value).length === 0 && wanted(value))) kept[key] = inner;
    } else if (wanted(value)) kept[key] = value;
  }
  return kept;
}

function mergeFields(base: Fields, over: Fields): Fields {
  const merged: Fields = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const old = merged[key];
    merged[key] = isFields(old) && isFields(value) ? mergeFields(old, value) : value;
  }
  return merged;
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
