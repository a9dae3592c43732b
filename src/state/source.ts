// Where the bytes of a state file come from: a short file is read at once; of a long one only what somebody asks for is read, from the
// file as it was when it was opened, whatever has taken its place since.
import { closeSync, readSync } from 'node:fs';

export interface Source {
  readonly size: number;
  /** All of it is in memory. */
  readonly isWhole: boolean;
  /** Fewer bytes where the file has become shorter. */
  read(from: number, to: number): Buffer;
  close(): void;
}

export const bytesSource = (bytes: Buffer): Source => ({
  size: bytes.length,
  isWhole: true,
  read: (from, to) => bytes.subarray(from, to),
  close: () => {},
});

export function fileSource(fd: number, size: number): Source {
  let isOpen = true;
  return {
    size,
    isWhole: false,
    read: (from, to) => readUpTo(fd, Buffer.allocUnsafeSlow(Math.max(0, Math.min(to, size) - from)), from),
    close() {
      if (isOpen) closeSync(fd);
      isOpen = false;
    },
  };
}

/** The kernel reads 2 GiB at once at most. */
const PIECE = 2 ** 30;

export function readUpTo(fd: number, bytes: Buffer, from: number): Buffer {
  let length = 0;
  while (length < bytes.length) {
    const read = readSync(fd, bytes, length, Math.min(bytes.length - length, PIECE), from + length);
    if (read === 0) break;
    length += read;
  }
  return bytes.subarray(0, length);
}
