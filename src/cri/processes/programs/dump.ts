// base64, checksums, od and hexdump.
import { createHash } from 'node:crypto';
import type { Program } from '../program.ts';
import { joined, whole } from './input.ts';
import { options } from './options.ts';

export const base64 = whole((sys, input, { flags }) => {
  if (flags.d || flags.D || sys.args.includes('--decode')) sys.out(Buffer.from(input, 'base64').toString('latin1'));
  else {
    const width = flags.w === undefined ? 76 : Number(flags.w);
    const text = Buffer.from(input, 'latin1').toString('base64');
    sys.out(width === 0 ? text : joined(text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []));
  }
  return 0;
}, 'w');

const checksum = (algorithm: string): Program => ({
  run(sys) {
    const { rest } = options(sys.args, '');
    const st = sys.state<{ text: string }>();
    const sum = (text: string): string => createHash(algorithm).update(Buffer.from(text, 'latin1')).digest('hex');
    if (rest.length === 0) {
      const input = sys.input([]);
      if (!input) return;
      sys.out(`${sum(input.text)}  -\n`);
      sys.exit(0);
      return;
    }
    st.text = '';
    let failed = false;
    for (const name of rest) {
      const content = sys.content(name);
      if (typeof content === 'string') sys.out(`${sum(content)}  ${name}\n`);
      else {
        sys.err(`${sys.name}: ${sys.cannotOpen(name)}${sys.errorText(content.error)}\n`);
        failed = true;
      }
    }
    sys.exit(failed ? 1 : 0);
  },
});

export const md5sum = checksum('md5');

export const sha1sum = checksum('sha1');

export const sha256sum = checksum('sha256');

/** `hexdump -C`. */
function canonical(data: string): string {
  let out = '';
  for (let at = 0; at < data.length; at += 16) {
    const bytes = [...data.slice(at, at + 16)];
    const hex = Array.from(
      { length: 16 },
      (_, i) => (bytes[i] === undefined ? '   ' : ` ${bytes[i].charCodeAt(0).toString(16).padStart(2, '0')}`) + (i === 7 ? ' ' : ''),
    ).join('');
    out += `${at.toString(16).padStart(8, '0')} ${hex}  |${bytes.map((c) => (c >= ' ' && c <= '~' ? c : '.')).join('')}|\n`;
  }
  return data === '' ? '' : `${out}${data.length.toString(16).padStart(8, '0')}\n`;
}

export const od = whole((sys, input, { flags }) => {
  if (sys.name === 'hexdump' && flags.C) {
    sys.out(canonical(input));
    return 0;
  }
  const hex = flags.x !== undefined || String(flags.t ?? '').startsWith('x1') || sys.name === 'hexdump';
  const plain = String(flags.A ?? '') === 'n';
  const chars = flags.c !== undefined || String(flags.t ?? '') === 'c';
  const count = flags.N === undefined ? input.length : Number(flags.N);
  const data = input.slice(0, count);
  for (let at = 0; at < data.length; at += 16) {
    const bytes = [...data.slice(at, at + 16)].map((c) => c.charCodeAt(0));
    const cell = (b: number): string => {
      if (chars)
        return (
          ({ 10: '  \\n', 9: '  \\t', 0: '  \\0', 13: '  \\r' } as Record<number, string>)[b] ??
          (b >= 32 && b < 127 ? `   ${String.fromCharCode(b)}` : ` ${b.toString(8).padStart(3, '0')}`)
        );
      return hex ? ` ${b.toString(16).padStart(2, '0')}` : ` ${b.toString(8).padStart(3, '0')}`;
    };
    const words =
      !chars && flags.t === undefined
        ? Array.from({ length: Math.ceil(bytes.length / 2) }, (_, i) => (bytes[2 * i] ?? 0) | ((bytes[2 * i + 1] ?? 0) << 8)).map((w) =>
            hex ? ` ${w.toString(16).padStart(4, '0')}` : ` ${w.toString(8).padStart(6, '0')}`,
          )
        : bytes.map(cell);
    sys.out(`${plain ? '' : at.toString(8).padStart(7, '0')}${words.join('')}\n`);
  }
  if (!plain) sys.out(`${data.length.toString(8).padStart(7, '0')}\n`);
  return 0;
}, 'tANj');
