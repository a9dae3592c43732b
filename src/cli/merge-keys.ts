// How one field of a kind is patched, by its path: client-side apply and local patches look it up as they walk through objects.
import { type PatchField, type PatchType, patchTypeOf } from '../machinery/patch-merge-keys.ts';

export interface PatchStrategy {
  /** Lists of maps are merged by this field; primitive lists as sets when it is empty. */
  mergeKey?: string;
  retainKeys?: boolean;
}

/** @param path field names joined by dots, list positions left out */
export function patchStrategyOf(kind: string, path: string): PatchStrategy | undefined {
  let type: PatchType | undefined = patchTypeOf(kind);
  let field: PatchField | undefined;
  for (const part of path.split('.')) {
    field = type && Object.hasOwn(type, part) ? type[part] : undefined;
    type = field?.type;
  }
  if (!field) return undefined;
  return { ...(field.key === undefined ? {} : { mergeKey: field.key }), ...(field.retainKeys ? { retainKeys: true } : {}) };
}
