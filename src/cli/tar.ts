// tar archives in memory, for cp: the ustar format, with GNU's long names on the way in and out.
export interface TarEntry {
  name: string;
  type: 'file' | 'directory' | 'symlink';
  mode: number;
  data: Uint8Array;
  target: string;
}

const BLOCK = 512;

export function readTar(bytes: Uint8Array): TarEntry[] {
  const entries: TarEntry[] = [];
  let longName = '';
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    const size = octal(header, 124, 12);
    const data = bytes.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const flag = String.fromCharCode(header[156] ?? 0);
    if (flag === 'L') {
      longName = text(data, 0, data.length);
      continue;
    }
    const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
    const name = longName || (prefix ? `${prefix}/` : '') + text(header, 0, 100);
    longName = '';
    const type = flag === '5' || name.endsWith('/') ? 'directory' : flag === '2' ? 'symlink' : 'file';
    entries.push({ name, type, mode: octal(header, 100, 8), data, target: text(header, 157, 100) });
  }
  return entries;
}

export function writeTar(entries: readonly Pick<TarEntry, 'name' | 'type' | 'mode' | 'data' | 'target'>[]): Uint8Array {
  const parts: Buffer[] = [];
  for (const entry of entries) {
    if (Buffer.byteLength(entry.name) > 100) {
      const name = Buffer.from(`${entry.name}\0`);
      parts.push(headerOf({ ...entry, name: '././@LongLink', type: 'file' }, name.length, 'L'), padded(name));
    }
    const flag = { file: '0', directory: '5', symlink: '2' }[entry.type];
    parts.push(headerOf(entry, entry.data.length, flag), padded(Buffer.from(entry.data)));
  }
  parts.push(Buffer.alloc(2 * BLOCK));
  return Buffer.concat(parts);
}

function headerOf({ name, mode, target }: Pick<TarEntry, 'name' | 'type' | 'mode' | 'target'>, size: number, flag: string): Buffer {
  const header = Buffer.alloc(BLOCK);
  const put = (at: number, value: string): void => {
    header.write(value, at, 'utf8');
  };
  header.set(Buffer.from(name).subarray(0, 100), 0);
  put(100, `${(mode & 0o7777).toString(8).padStart(7, '0')}\0`);
  put(108, '0000000\0');
  put(116, '0000000\0');
  put(124, `${size.toString(8).padStart(11, '0')}\0`);
  put(136, '00000000000\0');
  put(148, '        ');
  put(156, flag);
  header.set(Buffer.from(target).subarray(0, 100), 157);
  put(257, 'ustar\x0000');
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return header;
}

const padded = (data: Buffer): Buffer => Buffer.concat([data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)]);

function text(bytes: Uint8Array, at: number, length: number): string {
  const field = Buffer.from(bytes.subarray(at, at + length));
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}

const octal = (bytes: Uint8Array, at: number, length: number): number => Number.parseInt(text(bytes, at, length).trim() || '0', 8);
