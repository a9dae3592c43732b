// Patches done on the command line itself: `patch --local`, `run --overrides`, `apply --dry-run=client`.
import { JsonPatchError, jsonPatch } from '../machinery/json-patch.ts';
import { mergePatch } from '../machinery/merge-patch.ts';
import { patchStrategyOf } from './merge-keys.ts';
import { KubectlError } from './verb.ts';

type Fields = Record<string, unknown>;

export function applyPatch(object: Fields, patch: unknown, type: 'json' | 'merge' | 'strategic'): Fields {
  try {
    if (type === 'json') return jsonPatch(object, patch) as Fields;
  } catch (error) {
    if (error instanceof JsonPatchError) throw new KubectlError(error.message);
    throw error;
  }
  if (type === 'merge' && !isFields(patch)) throw new KubectlError('Invalid JSON Patch');
  if (!isFields(patch)) throw new KubectlError('invalid JSON document');
  if (type === 'merge') return mergePatch(object, patch) as Fields;
  return mergeFields(String(object.kind), '', object, patch as Fields);
}

/** A patch as people type it: JSON, or YAML. */
export async function parsePatch(text: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch {
    // What looks like JSON is taken for it; whoever applies it says what is wrong.
    if (text.trimStart().startsWith('{')) return text;
    const { parse } = await import('yaml');
    try {
      return parse(text) as unknown;
    } catch (error) {
      throw new KubectlError(`unable to parse ${JSON.stringify(text)}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
}

function mergeFields(kind: string, path: string, base: Fields, patch: Fields): Fields {
  if (patch.$patch === 'replace') return without(patch, '$patch');
  const merged: Fields = { ...base };
  const retain = patch.$retainKeys as readonly string[] | undefined;
  if (retain) for (const key of Object.keys(merged)) if (!retain.includes(key)) delete merged[key];
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    const at = path ? `${path}.${key}` : key;
    const mergeKey = patchStrategyOf(kind, at)?.mergeKey;
    const old = merged[key];
    if (value === null) delete merged[key];
    else if (isFields(value)) merged[key] = mergeFields(kind, at, isFields(old) ? old : {}, value);
    else if (Array.isArray(value) && mergeKey) merged[key] = mergeList(kind, at, Array.isArray(old) ? old : [], value, mergeKey);
    else if (Array.isArray(value) && mergeKey === '') merged[key] = [...new Set([...(Array.isArray(old) ? old : []), ...value])];
    else merged[key] = value;
  }
  return merged;
}

function mergeList(kind: string, path: string, base: readonly Fields[], patch: readonly Fields[], mergeKey: string): Fields[] {
  if (patch.some((item) => item.$patch === 'replace')) return patch.filter((item) => item.$patch !== 'replace');
  const list = [...base];
  for (const item of patch) {
    if (item[mergeKey] === undefined) {
      throw new KubectlError(
        `map: map[${Object.entries(item)
          .map(([k, v]) => `${k}:${String(v)}`)
          .join(' ')}] does not contain declared merge key: ${mergeKey}`,
      );
    }
    const at = list.findIndex((one) => one[mergeKey] === item[mergeKey]);
    if (item.$patch === 'delete') {
      if (at >= 0) list.splice(at, 1);
    } else if (at >= 0) list[at] = mergeFields(kind, path, list[at] ?? {}, item);
    else list.push(mergeFields(kind, path, {}, item));
  }
  return list;
}

function without(fields: Fields, key: string): Fields {
  const { [key]: _, ...rest } = fields;
  return rest;
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
