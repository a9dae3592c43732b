// Sets of fields, as structured-merge-diff keeps them: the leaves of an object, lists with keys item by item. In managedFields they are
// written as `fieldsV1`. Which lists have keys is patch-merge-keys.ts; other lists, and label selectors, are one field.
import type { PatchType } from '../machinery/patch-merge-keys.ts';

/** Paths whose elements (`f:name`, `k:{"name":"c"}`, `v:"x"`) are joined by this. */
export type FieldSet = ReadonlySet<string>;

type Json = Readonly<Record<string, unknown>>;

const SEPARATOR = '\n';

/** Fields that are one whatever they hold. */
export const ATOMIC: ReadonlySet<string> = new Set([
  'selector',
  'nodeSelector',
  'labelSelector',
  'podSelector',
  'namespaceSelector',
  'roleRef',
  'configMapKeyRef',
  'secretKeyRef',
  'fieldRef',
  'resourceFieldRef',
  'hostIPs',
]);

/** Lists of such items. */
const ATOMIC_ITEMS = new Set(['ownerReferences']);

/** Lists whose items have more than one key (`x-kubernetes-list-map-keys`), by the one that strategic merge patches use. */
const MORE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containerPort: ['containerPort', 'protocol'],
  port: ['port', 'protocol'],
  topologyKey: ['topologyKey', 'whenUnsatisfiable'],
};
/** Keys that an item need not name. */
const KEY_DEFAULTS: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

/** Fields that Go types always have: whoever sets what is in them did not make them. Within items of lists everything is made. */
const ALWAYS_THERE = new Set([
  'metadata',
  'spec',
  'status',
  'template',
  'jobTemplate',
  'strategy',
  'updateStrategy',
  'containers',
  'loadBalancer',
  'scaleTargetRef',
  'resources',
]);

export const join = (path: string, element: string): string => (path ? path + SEPARATOR + element : element);
export const elements = (path: string): string[] => path.split(SEPARATOR);
export const isWithin = (path: string, parent: string): boolean => path === parent || path.startsWith(parent + SEPARATOR);

/** `parents`: maps and lists that somebody made count as fields, beside what they hold. */
export function fieldsOf(
  value: unknown,
  type: PatchType | undefined,
  path = '',
  found: Set<string> = new Set(),
  parents = false,
): Set<string> {
  const isMade = (name: string): boolean => parents && path !== '' && (!ALWAYS_THERE.has(name) || path.includes(`${SEPARATOR}k:`));
  for (const name of Object.keys(value as Json)) {
    const child = (value as Json)[name];
    const at = join(path, `f:${name}`);
    const field = type?.[name];
    if (Array.isArray(child) && field?.key !== undefined && !ATOMIC.has(name)) {
      if (isMade(name) && child.length > 0) found.add(at);
      for (const item of child) {
        const element = join(at, itemElement(item, field.key));
        found.add(element);
        if (field.key !== '' && isObject(item) && !ATOMIC_ITEMS.has(name)) fieldsOf(item, field.type, element, found, parents);
      }
    } else if (isObject(child) && Object.keys(child).length > 0 && !field?.replace && !(ATOMIC.has(name) && path !== '')) {
      if (isMade(name)) found.add(at);
      fieldsOf(child, field?.type, at, found, parents);
    } else found.add(at);
  }
  return found;
}

export function itemElement(item: unknown, key: string): string {
  if (key === '' || !isObject(item)) return `v:${JSON.stringify(item)}`;
  const keys = MORE_KEYS[key];
  if (!keys) return `k:${JSON.stringify({ [key]: item[key] ?? KEY_DEFAULTS[key] })}`;
  return `k:${JSON.stringify(Object.fromEntries(keys.map((one) => [one, item[one] ?? KEY_DEFAULTS[one]])))}`;
}

/** The value at a path; undefined when there is none. */
export function valueAtPath(object: unknown, path: string): unknown {
  let value = object;
  for (const element of elements(path)) {
    if (element.startsWith('f:')) value = isObject(value) ? value[element.slice(2)] : undefined;
    else if (Array.isArray(value)) value = value.find((item) => isItem(item, element));
    else return undefined;
  }
  return value;
}

/** A copy without the field; parents that it leaves empty go too. */
export function withoutPath(value: unknown, path: readonly string[]): unknown {
  const [element = '', ...rest] = path;
  if (Array.isArray(value)) {
    const kept = value.flatMap((item) => {
      if (!isItem(item, element)) return [item];
      const left = rest.length ? withoutPath(item, rest) : undefined;
      return left === undefined ? [] : [left];
    });
    return kept.length ? kept : undefined;
  }
  const name = element.slice(2);
  if (!isObject(value) || !Object.hasOwn(value, name)) return value;
  const { [name]: child, ...others } = value;
  const left = rest.length ? withoutPath(child, rest) : undefined;
  if (left !== undefined) return { ...others, [name]: left };
  return Object.keys(others).length ? others : undefined;
}

function isItem(item: unknown, element: string): boolean {
  if (element.startsWith('v:')) return JSON.stringify(item) === element.slice(2);
  if (!isObject(item)) return false;
  const wanted = JSON.parse(element.slice(2)) as Json;
  return Object.keys(wanted).every((key) => (item[key] ?? KEY_DEFAULTS[key]) === wanted[key]);
}

/** `.spec.containers[name="c"].image` */
export function pathText(path: string): string {
  return elements(path)
    .map((element) => {
      if (element.startsWith('f:')) return `.${element.slice(2)}`;
      if (element.startsWith('v:')) return `[=${element.slice(2)}]`;
      const keys = JSON.parse(element.slice(2)) as Json;
      return `[${Object.keys(keys)
        .map((key) => `${key}=${JSON.stringify(keys[key])}`)
        .join(',')}]`;
    })
    .join('');
}

/** Paths that lead to others. */
export function parentsOf(set: FieldSet): FieldSet {
  const parents = new Set<string>();
  for (const path of set) {
    for (let at = path.lastIndexOf(SEPARATOR); at > 0; at = path.lastIndexOf(SEPARATOR, at - 1)) parents.add(path.slice(0, at));
  }
  return parents;
}

export function toFieldsV1(set: FieldSet): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  const parents = parentsOf(set);
  for (const path of [...set].sort()) {
    let node = root;
    for (const element of elements(path)) {
      node[element] ??= {};
      node = node[element] as Record<string, unknown>;
    }
    // An item is a member by itself, beside its fields; so is a map or a list that somebody made.
    if (parents.has(path)) node['.'] = {};
  }
  return root;
}

/** What `toFieldsV1` makes of `fieldsOf` with parents, at once: most objects are looked at only to be written down. */
export function fieldTree(value: Json, type: PatchType | undefined): Record<string, unknown> {
  return treeOf(value, type, {}, true, false);
}

function treeOf(
  value: Json,
  type: PatchType | undefined,
  tree: Record<string, unknown>,
  isTop: boolean,
  isInItem: boolean,
): Record<string, unknown> {
  const names = Object.keys(value);
  if (!isSorted(names)) names.sort();
  for (const name of names) {
    const child = value[name];
    const element = fieldElement(name);
    if (typeof child !== 'object' || child === null) {
      tree[element] = LEAF;
      continue;
    }
    const field = type?.[name];
    const made = !isTop && (isInItem || !ALWAYS_THERE.has(name)) ? { '.': LEAF } : {};
    if (Array.isArray(child)) {
      if (field?.key === undefined || ATOMIC.has(name)) tree[element] = LEAF;
      else if (child.length > 0) tree[element] = itemTree(child, name, field.key, field.type, made);
    } else if (!field?.replace && !(ATOMIC.has(name) && !isTop) && hasFields(child)) {
      tree[element] = treeOf(child as Json, field?.type, made, false, isInItem);
    } else tree[element] = LEAF;
  }
  return tree;
}

function itemTree(
  items: readonly unknown[],
  name: string,
  key: string,
  type: PatchType | undefined,
  tree: Record<string, unknown>,
): Record<string, unknown> {
  const holds = key !== '' && !ATOMIC_ITEMS.has(name);
  const treeOfItem = (item: unknown): object =>
    holds && isObject(item) && hasFields(item) ? treeOf(item, type, { '.': LEAF }, false, true) : LEAF;
  if (items.length === 1) {
    tree[itemElement(items[0], key)] = treeOfItem(items[0]);
    return tree;
  }
  const entries = items.map((item): [string, object] => [itemElement(item, key), treeOfItem(item)]);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [element, below] of entries) tree[element] = below;
  return tree;
}

/** Most objects have few fields, and many are in order. */
function isSorted(names: readonly string[]): boolean {
  for (let i = 1; i < names.length; i++) if ((names[i - 1] as string) > (names[i] as string)) return false;
  return true;
}

/** A field that holds no others; most do not. */
const LEAF: Readonly<Record<string, never>> = Object.freeze({});

const fieldElements = new Map<string, string>();

/** `f:name`, made once: fields have the same few hundred names. */
function fieldElement(name: string): string {
  let element = fieldElements.get(name);
  if (element === undefined) {
    element = `f:${name}`;
    if (fieldElements.size < 2000) fieldElements.set(name, element);
  }
  return element;
}

function hasFields(object: object): boolean {
  for (const _ in object) return true;
  return false;
}

export function fromFieldsV1(fields: unknown, path = '', found: Set<string> = new Set()): Set<string> {
  if (!isObject(fields)) return found;
  for (const element of Object.keys(fields)) {
    if (element === '.') found.add(path);
    else if (Object.keys(fields[element] ?? {}).length === 0) found.add(join(path, element));
    else fromFieldsV1(fields[element], join(path, element), found);
  }
  return found;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
