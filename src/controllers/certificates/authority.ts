// What controllers ask of whoever holds the signing keys; the cluster gives them, as kube-controller-manager's flags do
// (--cluster-signing-key-file, --service-account-private-key-file).
import type { Instant } from '../../machinery/clock.ts';

/** Whom a certificate request wants a certificate for. */
export interface RequestedNames {
  commonName: string;
  organizations: readonly string[];
  dns: readonly string[];
  ip: readonly string[];
  email: readonly string[];
  uri: readonly string[];
}

export interface Signing {
  /** PEM of the request. */
  request: string;
  usages: readonly string[];
  /** How long the certificate may be good, in milliseconds. */
  lifetime: number;
  /** What makes its serial number its own: the uid of the CertificateSigningRequest. */
  id: string;
}

/** A token that lasts as long as its Secret. */
export interface SecretToken {
  namespace: string;
  /** The Secret's name. */
  secret: string;
  account: { name: string; uid: string };
}

export interface CertificateAuthority {
  /** Its own certificate, as PEM: what `--root-ca-file` names. */
  certificate(): string;
  signToken(token: SecretToken): Promise<string>;
  /** Undefined when the request cannot be read or is not signed by its own key. */
  namesIn(request: string): Promise<RequestedNames | undefined>;
  /** The certificate as PEM. */
  sign(signing: Signing): Promise<string>;
  /** When a certificate ends; undefined when the PEM cannot be read. */
  expiryOf(certificate: string): Promise<Instant | undefined>;
}
