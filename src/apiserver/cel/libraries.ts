// What Kubernetes adds to CEL (apiserver/pkg/cel/library): quantities, addresses, URLs, lists, regular expressions, sets, formats,
// versions, more of strings, and the authorizer. Left out: costs and their limits, and the `math` extension.
import { isIP } from 'node:net';
import type { Environment } from '@marcbachmann/cel-js';
import { parseTime } from '../../machinery/clock.ts';
import {
  addQuantities,
  compareQuantities,
  isQuantity,
  parseQuantity,
  type Quantity,
  subtractQuantities,
} from '../../machinery/quantity.ts';
import { dns1035Label, dnsSubdomain } from '../../machinery/validation/names.ts';
import { isTimestamp } from './values.ts';

type Optionals = typeof import('@marcbachmann/cel-js').Optional;

class CelQuantity {
  constructor(readonly quantity: Quantity) {}
}

class CelUrl {
  constructor(readonly url: URL) {}
}

class CelIp {
  readonly bits: bigint;
  constructor(
    readonly text: string,
    readonly family: 4 | 6,
  ) {
    this.bits = bitsOf(text, family);
  }
}

class CelCidr {
  constructor(
    readonly ip: CelIp,
    readonly length: number,
  ) {}
}

class CelSemver {
  constructor(
    readonly parts: readonly [number, number, number],
    readonly rest: string,
  ) {}
}

class CelFormat {
  constructor(readonly check: (text: string) => readonly string[]) {}
}

class Sets {}
class Formats {}
class JsonPatchNamespace {}

const same = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === 'object' && JSON.stringify(a, bigText) === JSON.stringify(b, bigText));
const bigText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);

export function addLibraries(env: Environment, Optional: Optionals): void {
  quantities(env);
  addresses(env);
  urls(env);
  strings(env, Optional);
  lists(env);
  sets(env);
  versions(env);
  formats(env, Optional);
  env.registerType('jsonpatch.Namespace', JsonPatchNamespace);
  env.registerConstant('jsonpatch', 'jsonpatch.Namespace', new JsonPatchNamespace());
  env.registerFunction('jsonpatch.Namespace.escapeKey(string): string', (_: unknown, text: string) =>
    text.replaceAll('~', '~0').replaceAll('/', '~1'),
  );
}

function quantities(env: Environment): void {
  env.registerType('kubernetes.Quantity', CelQuantity);
  const q = 'kubernetes.Quantity';
  const method = (signature: string, run: (a: Quantity, b: Quantity) => unknown): void => {
    env.registerFunction(signature, (a: CelQuantity, b: CelQuantity) => run(a.quantity, b?.quantity));
  };
  env.registerFunction(`quantity(string): ${q}`, (text: string) => new CelQuantity(parseQuantity(text)));
  env.registerFunction('isQuantity(string): bool', (text: string) => isQuantity(text));
  method(`${q}.isLessThan(${q}): bool`, (a, b) => compareQuantities(a, b) < 0);
  method(`${q}.isGreaterThan(${q}): bool`, (a, b) => compareQuantities(a, b) > 0);
  method(`${q}.compareTo(${q}): int`, (a, b) => BigInt(compareQuantities(a, b)));
  method(`${q}.add(${q}): ${q}`, (a, b) => new CelQuantity(addQuantities(a, b)));
  method(`${q}.sub(${q}): ${q}`, (a, b) => new CelQuantity(subtractQuantities(a, b)));
  method(`${q}.isInteger(): bool`, ({ nano }) => nano % NANO === 0n);
  method(`${q}.asInteger(): int`, ({ nano }) => {
    if (nano % NANO !== 0n) throw new Error('cannot convert value to integer');
    return nano / NANO;
  });
  method(`${q}.asApproximateFloat(): double`, ({ nano }) => Number(nano) / 1e9);
  method(`${q}.sign(): int`, ({ nano }) => (nano > 0n ? 1n : nano < 0n ? -1n : 0n));
  env.registerFunction(
    `${q}.add(int): ${q}`,
    (a: CelQuantity, n: bigint) => new CelQuantity({ ...a.quantity, nano: a.quantity.nano + n * NANO }),
  );
  env.registerFunction(
    `${q}.sub(int): ${q}`,
    (a: CelQuantity, n: bigint) => new CelQuantity({ ...a.quantity, nano: a.quantity.nano - n * NANO }),
  );
}

const NANO = 1_000_000_000n;

function bitsOf(text: string, family: 4 | 6): bigint {
  if (family === 4) return text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
  const [head = '', tail] = text.split('::');
  const groups = (part: string): string[] => (part ? part.split(':') : []);
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(zeros).fill('0'), ...after].reduce((sum, part) => (sum << 16n) | BigInt(`0x${part}`), 0n);
}

function ipOf(text: string): CelIp {
  const family = isIP(text);
  if ((family !== 4 && family !== 6) || text.includes('%') || (family === 6 && text.includes('.'))) {
    throw new Error(`IP Address ${JSON.stringify(text)} parse error during conversion from string`);
  }
  return new CelIp(text, family);
}

function cidrOf(text: string): CelCidr {
  const [address = '', length = '', ...more] = text.split('/');
  const family = isIP(address);
  if (more.length > 0 || !/^\d{1,3}$/.test(length) || !family || Number(length) > (family === 4 ? 32 : 128)) {
    throw new Error(`network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): invalid`);
  }
  return new CelCidr(ipOf(address), Number(length));
}

const succeeds = (run: () => unknown): boolean => {
  try {
    run();
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
};

const contains = ({ ip, length }: CelCidr, other: CelIp): boolean => {
  const rest = BigInt((ip.family === 4 ? 32 : 128) - length);
  return ip.family === other.family && ip.bits >> rest === other.bits >> rest;
};

function addresses(env: Environment): void {
  env.registerType('net.IP', CelIp);
  env.registerType('net.CIDR', CelCidr);
  env.registerFunction('ip(string): net.IP', ipOf);
  env.registerFunction('isIP(string): bool', (text: string) => succeeds(() => ipOf(text)));
  env.registerFunction('cidr(string): net.CIDR', cidrOf);
  env.registerFunction('isCIDR(string): bool', (text: string) => succeeds(() => cidrOf(text)));
  const about = (name: string, run: (ip: CelIp) => unknown, type = 'bool'): void => {
    env.registerFunction(`net.IP.${name}(): ${type}`, run);
  };
  about('family', ({ family }) => BigInt(family), 'int');
  about('isUnspecified', ({ bits }) => bits === 0n);
  about('isLoopback', ({ bits, family }) => (family === 4 ? bits >> 24n === 127n : bits === 1n));
  about('isLinkLocalUnicast', ({ bits, family }) => (family === 4 ? bits >> 16n === 0xa9fen : bits >> 118n === 0x3fan));
  about('isLinkLocalMulticast', ({ bits, family }) => (family === 4 ? bits >> 8n === 0xe00000n : bits >> 112n === 0xff02n));
  about('isGlobalUnicast', ({ bits, family }) =>
    family === 4
      ? bits !== 0n && bits >> 24n !== 127n && bits >> 28n !== 0xen && bits >> 16n !== 0xa9fen
      : bits > 1n && bits >> 120n !== 0xffn,
  );
  env.registerFunction('string(net.IP): string', ({ text }: CelIp) => text);
  env.registerFunction('net.CIDR.containsIP(net.IP): bool', contains);
  env.registerFunction('net.CIDR.containsIP(string): bool', (cidr: CelCidr, text: string) => contains(cidr, ipOf(text)));
  const holds = (a: CelCidr, b: CelCidr): boolean => a.length <= b.length && contains(a, b.ip);
  env.registerFunction('net.CIDR.containsCIDR(net.CIDR): bool', holds);
  env.registerFunction('net.CIDR.containsCIDR(string): bool', (a: CelCidr, text: string) => holds(a, cidrOf(text)));
  env.registerFunction('net.CIDR.ip(): net.IP', ({ ip }: CelCidr) => ip);
  env.registerFunction('net.CIDR.prefixLength(): int', ({ length }: CelCidr) => BigInt(length));
  env.registerFunction('string(net.CIDR): string', ({ ip, length }: CelCidr) => `${ip.text}/${length}`);
}

function urls(env: Environment): void {
  const parsed = (text: string): CelUrl => {
    if (!URL.canParse(text, 'http://relative') || (!text.startsWith('/') && !URL.canParse(text))) {
      throw new Error(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`);
    }
    return new CelUrl(new URL(text, 'relative://'));
  };
  env.registerType('kubernetes.URL', CelUrl);
  env.registerFunction('url(string): kubernetes.URL', parsed);
  env.registerFunction('isURL(string): bool', (text: string) => succeeds(() => parsed(text)));
  const part = (name: string, read: (url: URL) => unknown, type = 'string'): void => {
    env.registerFunction(`kubernetes.URL.${name}(): ${type}`, ({ url }: CelUrl) => read(url));
  };
  part('getScheme', ({ protocol }) => (protocol === 'relative:' ? '' : protocol.replace(/:$/, '')));
  part('getHost', ({ host }) => host);
  part('getHostname', ({ hostname }) => hostname);
  part('getPort', ({ port }) => port);
  part('getEscapedPath', ({ pathname }) => pathname);
  part(
    'getQuery',
    ({ searchParams }) => {
      const query: Record<string, string[]> = {};
      for (const [name, value] of searchParams) query[name] = [...(query[name] ?? []), value];
      return query;
    },
    'map',
  );
}

function strings(env: Environment, Optional: Optionals): void {
  env.registerFunction('string.charAt(int): string', (text: string, at: bigint) => {
    if (at < 0n || at > text.length) throw new Error(`index out of range: ${at}`);
    return text.charAt(Number(at));
  });
  env.registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
    text.replaceAll(from, () => to),
  );
  env.registerFunction('string.replace(string, string, int): string', (text: string, from: string, to: string, count: bigint) => {
    if (count < 0n) return text.replaceAll(from, () => to);
    let left = count;
    return text.replaceAll(from, (found) => (left-- > 0n ? to : found));
  });
  env.registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''));
  env.registerFunction('string.find(string): string', (text: string, pattern: string) => expression(pattern).exec(text)?.[0] ?? '');
  env.registerFunction(
    'string.findAll(string): list<string>',
    (text: string, pattern: string) => text.match(expression(pattern, 'g')) ?? [],
  );
  env.registerFunction('string.findAll(string, int): list<string>', (text: string, pattern: string, most: bigint) => {
    const found = text.match(expression(pattern, 'g')) ?? [];
    return most < 0n ? found : found.slice(0, Number(most));
  });
  env.registerFunction('string.format(list): string', formatted);
  env.registerFunction('OptionalNamespace.ofNonZeroValue(dyn): optional<dyn>', (_: unknown, value: unknown) =>
    isZero(value) ? Optional.none() : Optional.of(value),
  );
}

const isZero = (value: unknown): boolean =>
  value === null ||
  value === '' ||
  value === false ||
  value === 0 ||
  value === 0n ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype && Object.keys(value).length === 0);

function expression(pattern: string, flags = ''): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch (error) {
    throw new Error(`Illegal regex: ${(error as Error).message}`);
  }
}

function formatted(pattern: string, values: readonly unknown[]): string {
  let next = 0;
  return pattern.replace(/%(%|(?:\.(\d+))?([sdfexXbo]))/g, (whole, all: string, digits: string | undefined, verb: string) => {
    if (all === '%') return '%';
    if (next >= values.length) throw new Error(`index ${next} out of range`);
    const value = values[next++];
    if (verb === 's') return textOf(value);
    if (verb === 'd') return String(value);
    if (verb === 'f') return Number(value).toFixed(Number(digits ?? 6));
    if (verb === 'e') return Number(value).toExponential(Number(digits ?? 6));
    if (verb === 'b') return typeof value === 'boolean' ? (value ? '1' : '0') : BigInt(value as bigint).toString(2);
    if (verb === 'o') return BigInt(value as bigint).toString(8);
    const hex = typeof value === 'string' ? Buffer.from(value).toString('hex') : BigInt(value as bigint).toString(16);
    return verb === 'X' ? hex.toUpperCase() : verb === 'x' ? hex : whole;
  });
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (isTimestamp(value)) return value.toISOString().replace('.000Z', 'Z');
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}: ${textOf(item)}`)
      .join(', ')}}`;
  }
  return String(value);
}

type Ordered = bigint | number | string;

function lists(env: Environment): void {
  const compare = (a: Ordered, b: Ordered): number => (a < b ? -1 : a > b ? 1 : 0);
  env.registerFunction('list.isSorted(): bool', (list: Ordered[]) =>
    list.every((item, i) => i === 0 || compare(list[i - 1] as Ordered, item) <= 0),
  );
  const extreme = (name: string, sign: number): void => {
    env.registerFunction(`list.${name}(): dyn`, (list: Ordered[]) => {
      if (list.length === 0) throw new Error(`${name} called on empty list`);
      return list.reduce((best, item) => (sign * compare(item, best) > 0 ? item : best));
    });
  };
  extreme('min', -1);
  extreme('max', 1);
  env.registerFunction('list.sum(): dyn', (list: (bigint | number)[]) => {
    if (list.some((item) => typeof item === 'number')) return list.reduce<number>((sum, item) => sum + Number(item), 0);
    return (list as bigint[]).reduce((sum, item) => sum + item, 0n);
  });
  env.registerFunction('list.indexOf(dyn): int', (list: unknown[], wanted: unknown) =>
    BigInt(list.findIndex((item) => same(item, wanted))),
  );
  env.registerFunction('list.lastIndexOf(dyn): int', (list: unknown[], wanted: unknown) =>
    BigInt(list.findLastIndex((item) => same(item, wanted))),
  );
  env.registerFunction('list.distinct(): list', (list: unknown[]) =>
    list.filter((item, i) => list.findIndex((other) => same(other, item)) === i),
  );
  env.registerFunction('list.slice(int, int): list', (list: unknown[], from: bigint, to: bigint) => list.slice(Number(from), Number(to)));
  env.registerFunction('list.reverse(): list', (list: unknown[]) => [...list].reverse());
  env.registerFunction('list.flatten(): list', (list: unknown[]) => list.flat());
  env.registerFunction('list.sort(): list', (list: Ordered[]) => [...list].sort(compare));
}

function sets(env: Environment): void {
  env.registerType('sets.Namespace', Sets);
  env.registerConstant('sets', 'sets.Namespace', new Sets());
  const has = (list: readonly unknown[], wanted: unknown): boolean => list.some((item) => same(item, wanted));
  const holds = (a: readonly unknown[], b: readonly unknown[]): boolean => b.every((item) => has(a, item));
  const add = (name: string, run: (a: unknown[], b: unknown[]) => boolean): void => {
    env.registerFunction(`sets.Namespace.${name}(list, list): bool`, (_: unknown, a: unknown[], b: unknown[]) => run(a, b));
  };
  add('contains', holds);
  add('equivalent', (a, b) => holds(a, b) && holds(b, a));
  add('intersects', (a, b) => a.some((item) => has(b, item)));
}

function versions(env: Environment): void {
  const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[\w.-]+)?(\+[\w.-]+)?$/;
  const parsed = (text: string): CelSemver => {
    const found = VERSION.exec(text);
    if (!found) throw new Error(`semver parse error during conversion from string: ${JSON.stringify(text)}`);
    return new CelSemver([Number(found[1]), Number(found[2]), Number(found[3])], found[4] ?? '');
  };
  const compare = (a: CelSemver, b: CelSemver): number => {
    for (const i of [0, 1, 2] as const) if (a.parts[i] !== b.parts[i]) return a.parts[i] < b.parts[i] ? -1 : 1;
    if (a.rest === b.rest) return 0;
    if (!a.rest || !b.rest) return a.rest ? -1 : 1;
    return a.rest < b.rest ? -1 : 1;
  };
  env.registerType('kubernetes.Semver', CelSemver);
  const s = 'kubernetes.Semver';
  env.registerFunction(`semver(string): ${s}`, parsed);
  env.registerFunction('isSemver(string): bool', (text: string) => VERSION.test(text));
  env.registerFunction(`${s}.isLessThan(${s}): bool`, (a: CelSemver, b: CelSemver) => compare(a, b) < 0);
  env.registerFunction(`${s}.isGreaterThan(${s}): bool`, (a: CelSemver, b: CelSemver) => compare(a, b) > 0);
  env.registerFunction(`${s}.compareTo(${s}): int`, (a: CelSemver, b: CelSemver) => BigInt(compare(a, b)));
  for (const [i, name] of (['major', 'minor', 'patch'] as const).entries()) {
    env.registerFunction(`${s}.${name}(): int`, ({ parts }: CelSemver) => BigInt(parts[i] ?? 0));
  }
}

function formats(env: Environment, Optional: Optionals): void {
  const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
  const label = (text: string): string[] =>
    LABEL.test(text) && text.length <= 63
      ? []
      : [
          "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
        ];
  const checks: Record<string, (text: string) => readonly string[]> = {
    dns1123Label: label,
    dns1123Subdomain: (text) => dnsSubdomain(text),
    dns1035Label: (text) => dns1035Label(text),
    uuid: (text) => (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? [] : ['does not match the UUID format']),
    byte: (text) => (/^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0 ? [] : ['invalid base64']),
    date: (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? [] : ['invalid date']),
    datetime: (text) => (Number.isNaN(parseTime(text)) ? ['invalid datetime'] : []),
    uri: (text) => (URL.canParse(text) ? [] : ['invalid URI']),
  };
  env.registerType('kubernetes.NamedFormat', CelFormat);
  env.registerType('format.Namespace', Formats);
  env.registerConstant('format', 'format.Namespace', new Formats());
  for (const [name, check] of Object.entries(checks)) {
    env.registerFunction(`format.Namespace.${name}(): kubernetes.NamedFormat`, () => new CelFormat(check));
  }
  env.registerFunction('kubernetes.NamedFormat.validate(string): optional<list<string>>', ({ check }: CelFormat, text: string) => {
    const problems = check(text);
    return problems.length ? Optional.of(problems) : Optional.none();
  });
}
