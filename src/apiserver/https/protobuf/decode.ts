// Plays apimachinery's protobuf serializer for request bodies: `k8s\0`, an envelope that names the kind, and its message. Answers are
// always JSON, which every client that sends protobuf takes, too. messages.json holds the interface's numbers and names, one message a
// line: number, JSON name (`-`: its fields belong to the message around it), type; `?` behind it: left out when empty.
import { rfc3339, rfc3339Micro } from '../../../machinery/clock.ts';
import { badRequest, failure } from '../../../machinery/status.ts';
import messages from './messages.json' with { type: 'json' };

interface Field {
  name: string;
  /** `s`, `b`, `v`, `d`, `y`, special forms, or `:Message`; `[` and `{` before it for lists and maps. */
  type: string;
  dropsEmpty: boolean;
}

interface Message {
  fields: ReadonlyMap<number, Field>;
  /** JSON has the list itself. */
  isList: boolean;
}

const MAGIC = Buffer.from('k8s\0', 'latin1');
const packages = messages as Readonly<Record<string, Readonly<Record<string, string>>>>;
const parsed = new Map<string, Message>();

/** The object that a body in protobuf holds. */
export function decodeProtobuf(body: Buffer): unknown {
  if (!body.subarray(0, 4).equals(MAGIC))
    throw badRequest('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  let envelope: Envelope;
  try {
    envelope = readEnvelope(body.subarray(4));
  } catch (error) {
    throw malformed(error);
  }
  const { apiVersion, kind, raw } = envelope;
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const name = messageNamed(group.split('.', 1)[0] || 'core', version, kind);
  if (!name) {
    throw failure(
      415,
      'UnsupportedMediaType',
      `the body of the request is a ${kind} of ${apiVersion} in protobuf, which kubemu reads as JSON or YAML only`,
    );
  }
  try {
    return { apiVersion, kind, ...(decode(raw, name) as object) };
  } catch (error) {
    throw malformed(error);
  }
}

const malformed = (error: unknown): Error =>
  error instanceof RangeError ? badRequest(`unable to decode the protobuf body: ${error.message}`) : (error as Error);

/** Options and reviews of the meta group come under the group that they are sent to. */
function messageNamed(group: string, version: string, kind: string): string | undefined {
  for (const name of [`${group}/${version}`, 'meta/v1'])
    if (packages[name] && Object.hasOwn(packages[name], kind)) return `${name}.${kind}`;
  return undefined;
}

interface Envelope {
  apiVersion: string;
  kind: string;
  raw: Buffer;
}

function readEnvelope(bytes: Buffer): Envelope {
  const envelope: Envelope = { apiVersion: '', kind: '', raw: Buffer.alloc(0) };
  for (const [number, value] of wire(bytes)) {
    if (number === 1) {
      for (const [inner, text] of wire(asBytes(value))) {
        if (inner === 1) envelope.apiVersion = asBytes(text).toString('utf8');
        if (inner === 2) envelope.kind = asBytes(text).toString('utf8');
      }
    } else if (number === 2) envelope.raw = asBytes(value);
  }
  return envelope;
}

function decode(bytes: Buffer, name: string): unknown {
  const { fields, isList } = messageOf(name);
  const object: Record<string, unknown> = {};
  for (const [number, value] of wire(bytes)) {
    const field = fields.get(number);
    if (!field) continue;
    const { type, dropsEmpty } = field;
    if (field.name === '-') Object.assign(object, decode(asBytes(value), type.slice(1)));
    else if (type.startsWith('['))
      object[field.name] = [...((object[field.name] as unknown[] | undefined) ?? []), one(value, type.slice(1))];
    else if (type.startsWith('{')) {
      const [key, entry] = entryOf(asBytes(value), type.slice(1));
      object[field.name] = { ...(object[field.name] as object | undefined), [key]: entry };
    } else {
      const decoded = one(value, type);
      if (dropsEmpty && (decoded === '' || decoded === 0 || decoded === false)) continue;
      object[field.name] = decoded;
    }
  }
  return isList ? (object.items ?? []) : object;
}

function entryOf(bytes: Buffer, type: string): [string, unknown] {
  let key = '';
  let entry: unknown = one(Buffer.alloc(0), type);
  for (const [number, value] of wire(bytes)) {
    if (number === 1) key = asBytes(value).toString('utf8');
    else if (number === 2) entry = one(value, type);
  }
  return [key, entry];
}

function one(value: Wire, type: string): unknown {
  switch (type) {
    case 's':
      return asBytes(value).toString('utf8');
    case 'y':
      return asBytes(value).toString('base64');
    case 'b':
      return value !== 0n && !Buffer.isBuffer(value);
    case 'v':
      return Number(BigInt.asIntN(64, asNumber(value)));
    case 'd': {
      const bits = Buffer.alloc(8);
      bits.writeBigUInt64LE(asNumber(value));
      return bits.readDoubleLE();
    }
    case 't':
    case 'T': {
      const [seconds, nanos] = [1, 2].map((number) => Number(BigInt.asIntN(64, numberIn(asBytes(value), number))));
      if (!seconds && !nanos) return null;
      const at = (seconds ?? 0) * 1000 + Math.floor((nanos ?? 0) / 1e6);
      return type === 't' ? rfc3339(at) : rfc3339Micro(at);
    }
    case 'D':
      return `${Number(BigInt.asIntN(64, numberIn(asBytes(value), 1))) / 1e9}s`;
    case 'q':
      return textIn(asBytes(value), 1);
    case 'x':
      return numberIn(asBytes(value), 1) === 0n ? Number(BigInt.asIntN(32, numberIn(asBytes(value), 2))) : textIn(asBytes(value), 3);
    case 'r':
    case 'f':
      return JSON.parse(textIn(asBytes(value), 1) || 'null');
    default:
      return decode(asBytes(value), type.slice(1));
  }
}

const numberIn = (bytes: Buffer, wanted: number): bigint => asNumber(last(bytes, wanted) ?? 0n);
const textIn = (bytes: Buffer, wanted: number): string => asBytes(last(bytes, wanted) ?? Buffer.alloc(0)).toString('utf8');

function last(bytes: Buffer, wanted: number): Wire | undefined {
  let found: Wire | undefined;
  for (const [number, value] of wire(bytes)) if (number === wanted) found = value;
  return found;
}

function messageOf(name: string): Message {
  const known = parsed.get(name);
  if (known) return known;
  const dot = name.indexOf('.');
  const at = name.slice(0, dot);
  const text = packages[at]?.[name.slice(dot + 1)] ?? '';
  const fields = new Map<number, Field>();
  for (const part of text.replace(/^= /, '').split(', ').filter(Boolean)) {
    const [number = '', field = '', code = ''] = part.split(' ');
    // A message without a package is one of the same package.
    const type = code.replace(/\?$/, '').replace(/:(\w+)$/, `:${at}.$1`);
    fields.set(Number(number), { name: field, type, dropsEmpty: code.endsWith('?') });
  }
  const message = { fields, isList: text.startsWith('= ') };
  parsed.set(name, message);
  return message;
}

/** A number, or bytes. */
type Wire = bigint | Buffer;

/** The fields of a message as they stand on the wire. */
function* wire(bytes: Buffer): Generator<[number, Wire]> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('unexpected EOF');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('integer overflow');
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError('unexpected EOF');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield [number, varint()];
        break;
      case 1:
        yield [number, take(8).readBigUInt64LE()];
        break;
      case 2:
        yield [number, take(Number(varint()))];
        break;
      case 5:
        yield [number, BigInt(take(4).readUInt32LE())];
        break;
      default:
        throw new RangeError(`illegal wire type ${tag % 8}`);
    }
  }
}

function asBytes(value: Wire): Buffer {
  if (Buffer.isBuffer(value)) return value;
  throw new RangeError('wrong wire type');
}

function asNumber(value: Wire): bigint {
  if (typeof value === 'bigint') return value;
  throw new RangeError('wrong wire type');
}
