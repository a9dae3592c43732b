// What server-side apply asks of a configuration before it merges anything: every field is declared, and of the declared type. The
// words are those of structured-merge-diff, which knows numbers, strings, booleans, lists and maps, and tells all that is wrong.
import type { Structure } from '../api/models.ts';
import { structureOf } from '../api/validation/schema.ts';
import { goValue } from '../machinery/go-value.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { PatchField, PatchType } from '../machinery/patch-merge-keys.ts';
import { failure } from '../machinery/status.ts';
import { ATOMIC, itemElement, pathText } from './field-sets.ts';
import { typeOf } from './manager-entries.ts';
import type { Resource } from './resource.ts';

/** Throws what the server answers, with code 500 as it does. Custom resources are held to their schema when they are decoded. */
export async function checkTyped(config: KubeObject, resource: Resource): Promise<void> {
  const found = resource.custom ? undefined : await structureOf(resource.kind);
  if (!found) return;
  const errors: string[] = [];
  checkModel(found.structure, found.model, config, typeOf(resource), '', errors);
  if (errors.length > 0) throw untyped(config, resource, errors);
}

/** @param errors `.spec.foo: field not declared in schema` */
export function untyped(config: KubeObject, { apiVersion, kind }: Resource, errors: readonly string[]): Error {
  const { namespace = '', name } = config.metadata;
  const version = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
  const text = errors.length === 1 ? errors[0] : ['errors:', ...errors.map((error) => `  ${error}`)].join('\n');
  return failure(500, '', `failed to create typed patch object (${namespace}/${name}; ${version}, Kind=${kind.names.kind}): ${text}`);
}

type Json = Readonly<Record<string, unknown>>;

function checkModel(structure: Structure, model: string, value: Json, type: PatchType | undefined, path: string, errors: string[]): void {
  const fields = structure[model];
  if (!fields) return;
  for (const name of Object.keys(value)) {
    const code = fields[name];
    const at = `${path}.${name}`;
    if (code === undefined) {
      errors.push(`${at}: field not declared in schema`);
      return; // the rest of this map is not looked at
    }
    const field = ATOMIC.has(name) && path !== '' ? undefined : type?.[name];
    checkValue(structure, code, value[name], field, at, errors);
  }
}

function checkValue(
  structure: Structure,
  code: string,
  value: unknown,
  field: PatchField | undefined,
  path: string,
  errors: string[],
): void {
  if (value === null || value === undefined) return;
  const wrong = (text: string): void => void errors.push(`${path}: ${text}`);
  switch (code[0]) {
    case '[':
      if (Array.isArray(value)) checkItems(structure, code.slice(1), value, field, path, errors);
      else wrong(`expected list, got &{${goValue(value)}}`);
      return;
    case '{':
      if (!isObject(value)) wrong(`expected map, got &{${goValue(value)}}`);
      else for (const name of Object.keys(value)) checkValue(structure, code.slice(1), value[name], undefined, `${path}.${name}`, errors);
      return;
    case ':':
      if (isObject(value)) checkModel(structure, code.slice(1).replace(/!$/, ''), value, field?.type, path, errors);
      else wrong(`expected map, got &{${goValue(value)}}`);
      return;
    case 's':
    case 'y':
      if (typeof value !== 'string') wrong(`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`);
      return;
    case 'b':
      if (typeof value !== 'boolean') wrong(`expected boolean, got &{${goValue(value)}}`);
      return;
    case 'i':
    case 'd':
      if (typeof value !== 'number') wrong(`expected numeric (int or float), got ${goType(value)}`);
      return;
    case 'q':
    case 'x':
    case 't':
    case 'T':
      if (typeof value === 'object') wrong(`expected any scalar, got &{${goValue(value)}}`);
  }
}

function checkItems(
  structure: Structure,
  code: string,
  items: readonly unknown[],
  field: PatchField | undefined,
  path: string,
  errors: string[],
): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const element = field?.key === undefined || !isItem(item, field.key) ? `[${index}]` : pathText(itemElement(item, field.key));
    if (seen.has(element)) errors.push(`${path}: duplicate entries for key ${element}`);
    seen.add(element);
    checkValue(structure, code, item, field, path + element, errors);
  }
}

/** Whether it has what the list knows its items by. */
const isItem = (item: unknown, key: string): boolean => (key === '' ? typeof item !== 'object' : isObject(item) && item[key] !== undefined);

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  return typeof value === 'boolean' ? 'bool' : typeof value === 'object' ? 'map[string]interface {}' : typeof value;
}

/** A JSON value as Go's %#v writes it. */
function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  return `map[string]interface {}{${Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, one]) => `${JSON.stringify(name)}:${goSyntax(one)}`)
    .join(', ')}}`;
}
