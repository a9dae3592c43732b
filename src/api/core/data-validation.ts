// Rules that ConfigMaps and Secrets share.
import { jsonEqual } from '../../machinery/equal.ts';
import type { FieldError } from '../../machinery/status.ts';
import { forbiddenField, invalidFor, tooLong } from '../../machinery/validation/field-error.ts';
import { validConfigKey } from '../../machinery/validation/names.ts';

const MAX_BYTES = 1024 * 1024;

export function validateKeys(entries: Readonly<Record<string, string>> | undefined, at: string): FieldError[] {
  return Object.keys(entries ?? {})
    .sort()
    .flatMap((key) => invalidFor(`${at}[${key}]`, key, validConfigKey(key)));
}

/** Base64 counts as the bytes that it stands for. */
export function validateSize(
  text: Readonly<Record<string, string>> | undefined,
  base64: Readonly<Record<string, string>> | undefined,
  at: string,
): FieldError[] {
  let bytes = 0;
  for (const value of Object.values(text ?? {})) bytes += Buffer.byteLength(value);
  for (const value of Object.values(base64 ?? {})) bytes += Buffer.byteLength(value, 'base64');
  return bytes > MAX_BYTES ? [tooLong(at, MAX_BYTES)] : [];
}

interface Immutable {
  immutable?: boolean | undefined;
  data?: unknown;
  binaryData?: unknown;
}

export function validateImmutability(object: Immutable, old: Immutable): FieldError[] {
  if (!old.immutable) return [];
  const fixed = 'field is immutable when `immutable` is set';
  return [
    ...(object.immutable ? [] : [forbiddenField('immutable', fixed)]),
    ...(jsonEqual(object.data ?? {}, old.data ?? {}) ? [] : [forbiddenField('data', fixed)]),
    ...(jsonEqual(object.binaryData ?? {}, old.binaryData ?? {}) ? [] : [forbiddenField('binaryData', fixed)]),
  ];
}
