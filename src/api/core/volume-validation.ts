// Rules that claims and volumes share.
import { canonicalQuantity, parseQuantity } from '../../machinery/quantity.ts';
import type { FieldError } from '../../machinery/status.ts';
import { forbiddenField, invalidValue, notSupported, required } from '../../machinery/validation/field-error.ts';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const VOLUME_MODES = ['Block', 'Filesystem'];

export function validateAccessModes(modes: readonly string[] | undefined, at: string): FieldError[] {
  if (!modes?.length) return [required(at, 'at least 1 access mode is required')];
  const errors = modes.filter((mode) => !ACCESS_MODES.includes(mode)).map((mode) => notSupported(at, mode, ACCESS_MODES));
  if (modes.includes('ReadWriteOncePod') && modes.length > 1) {
    errors.push(forbiddenField(at, 'may not use ReadWriteOncePod with other access modes'));
  }
  return errors;
}

export function validateVolumeMode(mode: string | undefined, at: string): FieldError[] {
  return mode === undefined || VOLUME_MODES.includes(mode) ? [] : [notSupported(at, mode, VOLUME_MODES)];
}

export function validateStorage(amount: string | undefined, at: string): FieldError[] {
  if (amount === undefined) return [required(at)];
  return parseQuantity(amount).nano > 0n ? [] : [invalidValue(at, canonicalQuantity(amount), 'must be greater than zero')];
}
