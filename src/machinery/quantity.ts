// apimachinery's resource.Quantity: exact decimal numbers with a unit, kept in whole billionths and rounded up to them.

/** How a quantity was written, which is how it is written again. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

/** Quantities arrive as text, or as bare JSON numbers. */
export type QuantityText = string | number;

/** What apimachinery says about a text that is no quantity. */
export class QuantityError extends Error {}

const WRONG_FORMAT = `quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`;
const WRONG_SUFFIX = "unable to parse quantity's suffix";
const WRONG_NUMBER = 'unable to parse numeric part of quantity';

const NANO = 1_000_000_000n;
/** Larger amounts are cut to this, as the real type does. */
const LIMIT = ((1n << 63n) - 1n) * NANO;

const decimalPower: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binaryPower: Readonly<Record<string, number>> = { Ki: 1, Mi: 2, Gi: 3, Ti: 4, Pi: 5, Ei: 6 };
const decimalSuffix = new Map(Object.entries(decimalPower).map(([suffix, power]) => [power, suffix]));
const binarySuffix = ['', ...Object.keys(binaryPower)];

/** Throws {@link QuantityError}. */
export function parseQuantity(input: QuantityText): Quantity {
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(String(input));
  if (!match) throw new QuantityError(WRONG_FORMAT);
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  if (!whole && !fraction) throw new QuantityError(String(input).includes('.') ? WRONG_NUMBER : WRONG_FORMAT);
  const { format, power, factor } = unitOf(suffix);
  const scaled = BigInt(whole + fraction) * factor * NANO;
  const nano = least(shift(scaled, power - fraction.length), LIMIT);
  return { nano: sign === '-' ? -nano : nano, format };
}

export function isQuantity(input: unknown): input is QuantityText {
  if (typeof input !== 'string' && typeof input !== 'number') return false;
  try {
    parseQuantity(input);
    return true;
  } catch (error) {
    if (error instanceof QuantityError) return false;
    throw error;
  }
}

/** As apimachinery writes it: the largest unit that needs no fraction, in the family it was written in. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const isSmall = nano > -1024n * NANO && nano < 1024n * NANO;
  if (format === 'BinarySI' && !isSmall) return formatBinary(roundUp(nano, NANO));
  let amount = nano;
  let power = -9;
  while (amount % 1000n === 0n) {
    amount /= 1000n;
    power += 3;
  }
  if (power > 18) {
    amount *= 10n ** BigInt(power - 18);
    power = 18;
  }
  if (format === 'DecimalExponent') return power === 0 ? String(amount) : `${amount}e${power}`;
  return `${amount}${decimalSuffix.get(power)}`;
}

/** `1000m` → `1`, `1.5Gi` → `1536Mi`: what the server stores and returns. */
export const canonicalQuantity = (input: QuantityText): string => formatQuantity(parseQuantity(input));

export function compareQuantities(a: Quantity, b: Quantity): -1 | 0 | 1 {
  if (a.nano === b.nano) return 0;
  return a.nano < b.nano ? -1 : 1;
}

/** The sum keeps the format of the first one, unless that is zero. */
export const addQuantities = (a: Quantity, b: Quantity): Quantity => ({ nano: a.nano + b.nano, format: formatOf(a, b) });

export const subtractQuantities = (a: Quantity, b: Quantity): Quantity => ({ nano: a.nano - b.nano, format: formatOf(a, b) });

/** A quantity of whole units. */
export const wholeQuantity = (units: number | bigint, format: QuantityFormat = 'DecimalSI'): Quantity => ({
  nano: BigInt(units) * NANO,
  format,
});

/** A quantity of thousandths. */
export const milliQuantity = (thousandths: number | bigint, format: QuantityFormat = 'DecimalSI'): Quantity => ({
  nano: BigInt(thousandths) * 1_000_000n,
  format,
});

/** Whole units, rounded up (Quantity.Value): bytes of `1Gi`. */
export function value(input: QuantityText): number {
  return (values.get(input) ?? measure(input)).whole;
}

/** Thousandths, rounded up (Quantity.MilliValue): 250 for a CPU of `250m`. */
export function milliValue(input: QuantityText): number {
  return (values.get(input) ?? measure(input)).milli;
}

const values = new Map<QuantityText, { whole: number; milli: number }>();
/** Manifests use few distinct quantities; the bound is for whoever makes them up in a loop. */
const REMEMBERED = 10_000;

function measure(input: QuantityText): { whole: number; milli: number } {
  const { nano } = parseQuantity(input);
  const measured = { whole: Number(roundUp(nano, NANO)), milli: Number(roundUp(nano, 1_000_000n)) };
  if (values.size >= REMEMBERED) values.clear();
  values.set(input, measured);
  return measured;
}

function unitOf(suffix: string): { format: QuantityFormat; power: number; factor: bigint } {
  const binary = binaryPower[suffix];
  if (binary) return { format: 'BinarySI', power: 0, factor: 1024n ** BigInt(binary) };
  const decimal = decimalPower[suffix];
  if (decimal !== undefined) return { format: 'DecimalSI', power: decimal, factor: 1n };
  const exponent = /^[eE]([-+]?[0-9]{1,9})$/.exec(suffix)?.[1];
  if (exponent === undefined) throw new QuantityError(WRONG_SUFFIX);
  return { format: 'DecimalExponent', power: Number(exponent), factor: 1n };
}

/** `n × 10^power` rounded up; an absurd power neither hangs nor allocates. */
function shift(n: bigint, power: number): bigint {
  if (n === 0n) return 0n;
  if (power >= 0) return power > 40 ? LIMIT : n * 10n ** BigInt(power);
  if (-power > String(n).length) return 1n;
  return roundUp(n, 10n ** BigInt(-power));
}

/** Away from zero, as infScale.Amount rounds. */
function roundUp(n: bigint, unit: bigint): bigint {
  const quotient = n / unit;
  if (n % unit === 0n) return quotient;
  return n > 0n ? quotient + 1n : quotient - 1n;
}

function formatBinary(amount: bigint): string {
  let rest = amount;
  let step = 0;
  while (step < 6 && rest % 1024n === 0n) {
    rest /= 1024n;
    step++;
  }
  return `${rest}${binarySuffix[step]}`;
}

const formatOf = (a: Quantity, b: Quantity): QuantityFormat => (a.nano === 0n ? b.format : a.format);

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
