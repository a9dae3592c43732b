// The authority's own certificate, byte by byte: every cluster has one from its first moment, and the library that makes and reads all
// other certificates takes longer to load than a small cluster takes to come up. One shape only: X.509 v3, ECDSA on P-256 with SHA-256.
import { createHash } from 'node:crypto';
import { calendar, type Instant } from '../../machinery/clock.ts';
import { type SigningKey, sign } from './p256.ts';

export interface SelfSigned {
  commonName: string;
  /** Hexadecimal, positive. */
  serial: string;
  notBefore: Instant;
  notAfter: Instant;
  key: SigningKey;
}

/** As PEM: an authority that signs certificates, with its name as a DNS name too, as kubeadm makes it. */
export function selfSigned({ commonName, serial, notBefore, notAfter, key }: SelfSigned): string {
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  const name = sequence(tagged(0x31, sequence(oid('2.5.4.3'), tagged(0x0c, Buffer.from(commonName)))));
  const point = Buffer.concat([Buffer.of(4), key.x, key.y]);
  const publicKey = sequence(sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7')), tagged(0x03, Buffer.of(0), point));
  const extensions = sequence(
    extension('2.5.29.15', true, tagged(0x03, Buffer.of(2, DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | KEY_CERT_SIGN))),
    extension('2.5.29.19', true, sequence(tagged(0x01, Buffer.of(0xff)))),
    extension('2.5.29.14', false, tagged(0x04, createHash('sha1').update(point).digest())),
    extension('2.5.29.17', false, sequence(tagged(0x82, Buffer.from(commonName)))),
  );
  const body = sequence(
    tagged(0xa0, integer(Buffer.of(2))), // version 3
    integer(Buffer.from(serial.padStart(serial.length + (serial.length % 2), '0'), 'hex')),
    algorithm,
    name,
    sequence(time(notBefore), time(notAfter)),
    name,
    publicKey,
    tagged(0xa3, extensions),
  );
  const signature = sign(key, body);
  const rs = sequence(integer(signature.subarray(0, 32)), integer(signature.subarray(32)));
  const der = sequence(body, algorithm, tagged(0x03, Buffer.of(0), rs)).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${der.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
}

// Bits of keyUsage, the first one highest; two bits of the byte are unused.
const DIGITAL_SIGNATURE = 0x80;
const KEY_ENCIPHERMENT = 0x20;
const KEY_CERT_SIGN = 0x04;

/** DER: a tag, the length, the content. */
function tagged(tag: number, ...content: Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content);
  const { length } = bytes;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), bytes]);
}

const sequence = (...parts: Uint8Array[]): Buffer => tagged(0x30, ...parts);

/** A positive number, without zeros in front but the one that keeps it positive. */
function integer(bytes: Buffer): Buffer {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from++;
  const digits = bytes.subarray(from);
  return tagged(0x02, ...((digits[0] ?? 0) >= 0x80 ? [Buffer.of(0)] : []), digits);
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tagged(0x06, Buffer.from(bytes));
}

const extension = (id: string, isCritical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(isCritical ? [tagged(0x01, Buffer.of(0xff))] : []), tagged(0x04, value));

/** UTCTime up to 2049, GeneralizedTime from then on (RFC 5280, 4.1.2.5). */
function time(at: Instant): Buffer {
  const text = `${calendar(at).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  const year = Number(text.slice(0, 4));
  return year >= 1950 && year < 2050 ? tagged(0x17, Buffer.from(text.slice(2))) : tagged(0x18, Buffer.from(text));
}
