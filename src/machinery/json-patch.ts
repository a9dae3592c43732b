// JSON patch, RFC 6902, with the errors that the API server gives for it. Unchanged subtrees are shared with the result.
import { jsonEqual } from './equal.ts';

export interface JsonPatchOperation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

/** An operation that cannot be done; the message is the server's. */
export class JsonPatchError extends Error {
  constructor(
    message: string,
    /** 422 for operations that do not fit the document, 400 for malformed patches. */
    readonly code: 400 | 422 = 422,
  ) {
    super(message);
  }
}

const MAX_OPERATIONS = 10_000;

export function jsonPatch(document: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw new JsonPatchError('json: cannot unmarshal object into Go value of type jsonpatch.Patch', 400);
  if (operations.length > MAX_OPERATIONS) {
    throw new JsonPatchError(`The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`, 400);
  }
  let result = document;
  for (const operation of operations as JsonPatchOperation[]) result = apply(result, operation);
  return result;
}

function apply(document: unknown, operation: JsonPatchOperation): unknown {
  const { op, path } = operation;
  if (typeof path !== 'string') throw new JsonPatchError(`${op} operation does not apply: doc is missing path: missing value`);
  if ((path !== '' && !path.startsWith('/')) || path.split('/').includes('__proto__')) {
    throw new JsonPatchError(`${op} operation does not apply: doc is missing path: ${JSON.stringify(path)}: missing value`);
  }
  switch (op) {
    case 'add':
      return write(document, path, 'add', operation.value);
    case 'replace':
      return write(document, path, 'replace', operation.value);
    case 'remove':
      return write(document, path, 'remove', undefined);
    case 'test': {
      const found = read(document, path);
      if (!found.exists && operation.value == null) return document;
      if (!jsonEqual(found.value ?? null, operation.value ?? null)) {
        throw new JsonPatchError(`testing value ${path} failed: test failed`);
      }
      return document;
    }
    case 'copy':
    case 'move': {
      const from = operation.from ?? '';
      const found = read(document, from);
      if (!found.exists) throw new JsonPatchError(`${op} operation does not apply: doc is missing from path: ${from}: missing value`);
      const without = op === 'move' ? write(document, from, 'remove', undefined) : document;
      return write(without, path, 'add', found.value);
    }
    default:
      throw new JsonPatchError(`Unexpected kind: ${op}`);
  }
}

function pointer(path: string): string[] {
  if (path === '') return [];
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(document: unknown, path: string): { exists: boolean; value?: unknown } {
  let value = document;
  for (const part of pointer(path)) {
    if (Array.isArray(value)) {
      const index = indexOf(part, value.length);
      if (index === undefined || index >= value.length) return { exists: false };
      value = value[index];
    } else if (typeof value === 'object' && value !== null && Object.hasOwn(value, part)) value = (value as Record<string, unknown>)[part];
    else return { exists: false };
  }
  return { exists: true, value };
}

type Op = 'add' | 'replace' | 'remove';

function write(document: unknown, path: string, op: Op, value: unknown): unknown {
  const parts = pointer(path);
  if (parts.length === 0) return value;
  const step = (node: unknown, depth: number): unknown => {
    const part = parts[depth] as string;
    const last = depth === parts.length - 1;
    if (typeof node !== 'object' || node === null) throw missing(op, path);
    if (Array.isArray(node)) return inArray(node, part, last, depth);
    if (part === '__proto__') throw missing(op, path);
    const copy: Record<string, unknown> = { ...(node as Record<string, unknown>) };
    if (!last) {
      if (!Object.hasOwn(copy, part)) throw missing(op, path);
      copy[part] = step(copy[part], depth + 1);
    } else if (op === 'add') copy[part] = value;
    else {
      if (!Object.hasOwn(copy, part)) {
        if (op === 'remove')
          throw new JsonPatchError(`error in remove for path: '${path}': Unable to remove nonexistent key: ${part}: missing value`);
        throw new JsonPatchError(`replace operation does not apply: doc is missing key: ${path}: missing value`);
      }
      if (op === 'remove') delete copy[part];
      else copy[part] = value;
    }
    return copy;
  };
  const inArray = (node: readonly unknown[], part: string, last: boolean, depth: number): unknown => {
    const copy = [...node];
    if (last && op === 'add' && part === '-') {
      copy.push(value);
      return copy;
    }
    const index = indexOf(part, node.length);
    if (index === undefined) {
      if (!last) throw missing(op, path);
      throw new JsonPatchError(`strconv.Atoi: parsing ${JSON.stringify(part)}: invalid syntax`);
    }
    if (last && op === 'add') {
      if (index > node.length)
        throw new JsonPatchError(`error in add for path: '${path}': Unable to access invalid index: ${index}: invalid index referenced`);
      copy.splice(index, 0, value);
    } else if (index >= node.length) {
      if (!last) throw missing(op, path);
      throw new JsonPatchError(
        op === 'remove'
          ? `error in remove for path: '${path}': Unable to access invalid index: ${index}: invalid index referenced`
          : `replace operation does not apply: doc is missing key: ${path}: Unable to access invalid index: ${index}: invalid index referenced`,
      );
    } else if (!last) copy[index] = step(copy[index], depth + 1);
    else if (op === 'remove') copy.splice(index, 1);
    else copy[index] = value;
    return copy;
  };
  return step(document, 0);
}

/** Negative indexes count from the end, as in evanphx/json-patch. */
function indexOf(part: string, length: number): number | undefined {
  if (!/^-?\d+$/.test(part)) return undefined;
  const index = Number(part);
  return index < 0 ? length + index : index;
}

function missing(op: Op, path: string): JsonPatchError {
  if (op === 'replace') return new JsonPatchError(`replace operation does not apply: doc is missing path: ${path}: missing value`);
  return new JsonPatchError(`${op} operation does not apply: doc is missing path: "${path}": missing value`);
}
