// kustomize's field paths: `spec/template/spec/containers/image`. Lists are walked through, missing maps are made when asked for.
import { type Fields, isFields } from './resource.ts';

/** Calls `change` with each holder of the last field, and its name. */
export function atPath(node: unknown, path: readonly string[], create: boolean, change: (holder: Fields, field: string) => void): void {
  if (Array.isArray(node)) {
    for (const item of node) atPath(item, path, create, change);
    return;
  }
  const [field, ...rest] = path;
  if (!isFields(node) || field === undefined) return;
  const there = Object.hasOwn(node, field) && node[field] !== null;
  if (rest.length === 0) {
    if (there || create) change(node, field);
    return;
  }
  if (!there) {
    if (!create) return;
    node[field] = {};
  }
  atPath(node[field], rest, create, change);
}

/** `metadata/annotations/a.b\\/c` has three parts. */
export const fieldPath = (text: string): string[] =>
  text.split(/(?<!\\)\//).map((part) => part.replaceAll('\\/', '/').replace(/\[\]$/, ''));
