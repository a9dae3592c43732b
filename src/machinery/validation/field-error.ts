// apimachinery's field.Error: one problem with one field. Values print as JSON, as a 1.36 server prints them.
import type { FieldError } from '../status.ts';

const problem = (reason: string, field: string, message: string): FieldError => ({ reason, field, message });

const withDetail = (text: string, detail: string): string => (detail ? `${text}: ${detail}` : text);

/** Quoted text, plain numbers and booleans, JSON for the rest. */
export const shown = (value: unknown): string => (value === undefined ? 'null' : JSON.stringify(value));

export const required = (field: string, detail = ''): FieldError =>
  problem('FieldValueRequired', field, withDetail('Required value', detail));

export const invalidValue = (field: string, value: unknown, detail: string): FieldError =>
  problem('FieldValueInvalid', field, withDetail(`Invalid value: ${shown(value)}`, detail));

export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldError =>
  problem(
    'FieldValueNotSupported',
    field,
    `Unsupported value: ${shown(value)}${supported.length ? `: supported values: ${supported.map((v) => JSON.stringify(v)).join(', ')}` : ''}`,
  );

export const duplicate = (field: string, value: unknown): FieldError =>
  problem('FieldValueDuplicate', field, `Duplicate value: ${shown(value)}`);

export const forbiddenField = (field: string, detail: string): FieldError =>
  problem('FieldValueForbidden', field, withDetail('Forbidden', detail));

export const fieldNotFound = (field: string, value: unknown): FieldError =>
  problem('FieldValueNotFound', field, `Not found: ${shown(value)}`);

export const tooLong = (field: string, bytes: number): FieldError =>
  problem('FieldValueTooLong', field, `Too long: may not be more than ${bytes} bytes`);

export const tooMany = (field: string, actual: number, most: number): FieldError =>
  problem('FieldValueTooMany', field, `Too many: ${actual}: must have at most ${most} items`);

/** Each sentence about a value as an error of its own. */
export const invalidFor = (field: string, value: unknown, sentences: readonly string[]): FieldError[] =>
  sentences.map((sentence) => invalidValue(field, value, sentence));
