// Plays the TLS handshake with a webhook's server: what crypto/tls and crypto/x509 say of the certificate that it shows. The order is Go's:
// time, name, authority.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type Instant, parseTime, rfc3339 } from '../../../machinery/clock.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/**
 * Why a client that trusts `authorities` hangs up; undefined when it does not.
 * @param shown PEM: the server's certificate, then those that lead to its authority
 * @param authorities PEM
 * @param name host name that was asked for
 */
export function handshakeProblem(shown: string, authorities: string, name: string, now: Instant): string | undefined {
  const [leaf, ...between] = certificates(shown);
  if (!leaf) return 'remote error: tls: internal error';
  const why = timeProblem(leaf, now) ?? nameProblem(leaf, name) ?? chainProblem(leaf, between, certificates(authorities), now);
  return why === undefined ? undefined : `tls: failed to verify certificate: x509: ${why}`;
}

function certificates(pem: string): X509Certificate[] {
  const found: X509Certificate[] = [];
  for (const [block] of pem.matchAll(BLOCK)) {
    try {
      found.push(new X509Certificate(block));
    } catch {
      // a block that is no certificate leads nowhere
    }
  }
  return found;
}

function timeProblem({ validFrom, validTo }: X509Certificate, now: Instant): string | undefined {
  const [from, to] = [parseTime(validFrom), parseTime(validTo)];
  const at = `certificate has expired or is not yet valid: current time ${rfc3339(now)}`;
  if (now < from) return `${at} is before ${rfc3339(from)}`;
  if (now > to) return `${at} is after ${rfc3339(to)}`;
  return undefined;
}

function nameProblem(leaf: X509Certificate, name: string): string | undefined {
  const alternatives = (leaf.subjectAltName ?? '').split(', ').filter((one) => one !== '');
  const of = (type: string): string[] => alternatives.filter((one) => one.startsWith(`${type}:`)).map((one) => one.slice(type.length + 1));
  const [names, addresses] = [of('DNS'), of('IP Address')];
  if (isIP(name)) {
    if (addresses.includes(name)) return undefined;
    if (addresses.length === 0) return `cannot validate certificate for ${name} because it doesn't contain any IP SANs`;
    return `certificate is valid for ${addresses.join(', ')}, not ${name}`;
  }
  if (names.some((pattern) => matches(pattern.toLowerCase(), name.toLowerCase()))) return undefined;
  if (names.length > 0) return `certificate is valid for ${names.join(', ')}, not ${name}`;
  if (alternatives.length === 0 && /^CN=/m.test(leaf.subject ?? ''))
    return 'certificate relies on legacy Common Name field, use SANs instead';
  return `certificate is not valid for any names, but wanted to match ${name}`;
}

/** A star stands for one label, the first. */
function matches(pattern: string, name: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === name;
  const dot = name.indexOf('.');
  return dot > 0 && name.slice(dot) === pattern.slice(1);
}

function chainProblem(
  leaf: X509Certificate,
  between: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  now: Instant,
): string | undefined {
  const unknown = 'certificate signed by unknown authority';
  /** Whose name is right, but whose key is not. */
  let pretender: X509Certificate | undefined;
  const leads = (certificate: X509Certificate, depth: number): boolean => {
    if (authorities.some((one) => one.fingerprint256 === certificate.fingerprint256)) return true;
    if (depth > 8) return false;
    for (const issuer of [...authorities, ...between]) {
      if (issuer.subject !== certificate.issuer || timeProblem(issuer, now) !== undefined) continue;
      if (!certificate.verify(issuer.publicKey)) pretender ??= issuer;
      else if (authorities.includes(issuer) || leads(issuer, depth + 1)) return true;
    }
    return false;
  };
  if (leads(leaf, 0)) return undefined;
  if (!pretender) return unknown;
  const kind = pretender.publicKey.asymmetricKeyType === 'rsa' ? 'crypto/rsa: verification error' : 'x509: ECDSA verification failure';
  const name = /^CN=(.*)$/m.exec(pretender.subject)?.[1] ?? '';
  return `${unknown} (possibly because of ${JSON.stringify(kind)} while trying to verify candidate authority certificate ${JSON.stringify(name)})`;
}
