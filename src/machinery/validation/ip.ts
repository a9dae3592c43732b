// IP addresses and networks as newer API fields take them: one way of writing each (apimachinery validation.IsValidIP, IsValidCIDR).
import { isIP } from 'node:net';

/** What is wrong with an address, in the server's sentences. */
export function addressProblems(text: string): string[] {
  if (isIP(text) === 0) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
  const canonical = canonicalAddress(text);
  return canonical === text ? [] : [`must be in canonical form (${JSON.stringify(canonical)})`];
}

export function networkProblems(text: string): string[] {
  const [address = '', bits = '', ...more] = text.split('/');
  const family = isIP(address);
  const most = family === 4 ? 32 : 128;
  if (family === 0 || !/^(0|[1-9]\d{0,2})$/.test(bits) || Number(bits) > most || more.length > 0) {
    return ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
  }
  const problems: string[] = [];
  const network = family === 4 ? networkOf(address, Number(bits)) : canonicalAddress(address);
  if (network !== canonicalAddress(address)) problems.push('must not have bits set beyond the prefix length');
  else if (`${network}/${bits}` !== text) problems.push(`must be in canonical form (${JSON.stringify(`${network}/${bits}`)})`);
  return problems;
}

function networkOf(address: string, bits: number): string {
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const first = number - (number % 2 ** (32 - bits));
  return [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.');
}

/** As Go's netip writes it. */
function canonicalAddress(text: string): string {
  if (isIP(text) === 4) return text;
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}
