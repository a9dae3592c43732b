// kustomize's strategic merge: lists of built-in kinds merge by key, what the patch brings stands first, null and `$patch: delete` remove.
import { type PatchType, patchTypeOf } from '../../machinery/patch-merge-keys.ts';
import { type Fields, isFields } from './resource.ts';

/** Undefined when the patch deletes the resource. */
export function mergeResource(object: Fields, patch: Fields): Fields | undefined {
  if (patch.$patch === 'delete') return undefined;
  return merge(object, patch, patchTypeOf(String(object.kind)));
}

function merge(base: Fields, patch: Fields, type: PatchType | undefined): Fields {
  if (patch.$patch === 'replace') return plain(patch) as Fields;
  const merged: Fields = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    const field = type?.[key];
    const old = merged[key];
    if (value === null) delete merged[key];
    else if (isFields(value)) {
      if (value.$patch === 'delete') delete merged[key];
      else if (isFields(old)) merged[key] = merge(old, value, field?.type);
      else merged[key] = plain(value);
    } else if (Array.isArray(value) && Array.isArray(old) && field?.key) merged[key] = mergeList(old, value, field.key, field.type);
    else merged[key] = plain(value);
  }
  return merged;
}

function mergeList(base: readonly unknown[], patch: readonly unknown[], key: string, type: PatchType | undefined): unknown[] {
  const directive = patch.find((item) => isFields(item) && item.$patch === 'replace');
  const items = patch.filter(isFields);
  if (directive) return items.filter((item) => item !== directive || Object.keys(item).length > 1).map(plain);
  const keyOf = (item: unknown): unknown => (isFields(item) ? item[key] : undefined);
  const first = items
    .filter((item) => item.$patch !== 'delete')
    .map((item) => {
      const old = base.find((one) => keyOf(one) !== undefined && keyOf(one) === keyOf(item));
      return isFields(old) ? merge(old, item, type) : plain(item);
    });
  const rest = base.filter((one) => !items.some((item) => keyOf(item) === keyOf(one)));
  return [...first, ...rest];
}

/** Without directives and nulls. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !(isFields(item) && item.$patch === 'delete')).map(plain);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !key.startsWith('$') && inner !== null)
      .map(([key, inner]) => [key, plain(inner)]),
  );
}
