// Keyed randomness: H(seed, purpose, key, counter). Never a stream, so one more draw renames nothing else.

/** Kubernetes' alphabet for generated names: no vowels, no look-alikes (apimachinery util/rand). */
const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * Draws that depend on nothing but their arguments and the cluster's seed.
 * `purpose` names the use ("uid", "pod-suffix"), `key` the object, `counter` the occasion (a revision, an attempt).
 */
export interface Random {
  /** 32 uniform bits as an unsigned integer. */
  u32(purpose: string, key: string, counter?: number): number;
  /** A version 4 UUID. */
  uuid(purpose: string, key: string, counter?: number): string;
  /** `length` letters for a generated name; 5 as in `metadata.generateName`. */
  suffix(purpose: string, key: string, counter?: number, length?: number): string;
  /** `length` lower-case hexadecimal digits. */
  hex(purpose: string, key: string, counter: number, length: number): string;
}

/** @param seed any text; the same seed gives the same cluster */
export function keyedRandom(seed: string): Random {
  const words = (purpose: string, key: string, counter: number, n: number): number[] => {
    const text = `${seed}\0${purpose}\0${key}\0${counter}`;
    return hashes(text, n);
  };
  const hex = (purpose: string, key: string, counter: number, length: number): string => {
    let digits = '';
    for (const word of words(purpose, key, counter, Math.ceil(length / 8))) digits += word.toString(16).padStart(8, '0');
    return digits.slice(0, length);
  };
  return {
    u32: (purpose, key, counter = 0) => hash32(`${seed}\0${purpose}\0${key}\0${counter}`, 1),
    hex,
    uuid: (purpose, key, counter = 0) => {
      const h = hex(purpose, key, counter, 32);
      const variant = '89ab'[Number.parseInt(h[16] ?? '0', 16) & 3];
      return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-${variant}${h.slice(17, 20)}-${h.slice(20)}`;
    },
    suffix: (purpose, key, counter = 0, length = 5) => {
      let letters = '';
      for (const word of words(purpose, key, counter, length)) letters += NAME_ALPHABET[word % NAME_ALPHABET.length];
      return letters;
    },
  };
}

/** {@link hash32} with the seeds 1 to `n`, in one pass. */
function hashes(text: string, n: number): number[] {
  const drawn: number[] = [];
  for (let seed = 1; seed <= n; seed++) drawn.push(seed);
  for (let i = 0; i < text.length; i++) {
    const k = scrambled(text.charCodeAt(i));
    for (let j = 0; j < n; j++) drawn[j] = mixed(drawn[j] as number, k);
  }
  for (let j = 0; j < n; j++) drawn[j] = finished(drawn[j] as number, text.length);
  return drawn;
}

/** MurmurHash3 (x86, 32 bit) over UTF-16 code units. */
export function hash32(text: string, seed = 0): number {
  let h = seed;
  for (let i = 0; i < text.length; i++) h = mixed(h, scrambled(text.charCodeAt(i)));
  return finished(h, text.length);
}

function scrambled(unit: number): number {
  const k = Math.imul(unit, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
}

function mixed(before: number, k: number): number {
  const h = before ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finished(last: number, length: number): number {
  let h = last ^ length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
