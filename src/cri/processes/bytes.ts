// Inside a machine every text is a byte string: one character (0–255) per byte, so that sizes and offsets are exact.
// Characters above 255 are marks of the fast-forward, see symbols.ts.

const ascii = /^[\x00-\x7f]*$/;

/** Unicode text to a byte string (UTF-8). */
export function toBytes(text: string): string {
  return ascii.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** A byte string to Unicode text. */
export function fromBytes(bytes: string): string {
  return ascii.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

export function bytesToBuffer(bytes: string): Uint8Array {
  return Buffer.from(bytes, 'latin1');
}

export function bufferToBytes(buffer: Uint8Array): string {
  return Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength).toString('latin1');
}
