// `create secret tls`.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createFromFlags, nameArgument } from '../../../generator.ts';
import { contentHash } from '../../../name-hash.ts';
import { defineVerb, KubectlError, type VerbContext } from '../../../verb.ts';

export const createSecretTls = defineVerb({
  short: 'Make a secret from a certificate and its key',
  examples: [{ about: 'For an ingress', command: 'kubectl create secret tls site --cert=site.crt --key=site.key' }],
  flags: {
    cert: 'File of the certificate in PEM.',
    key: 'File of the private key in PEM.',
    'append-hash': 'Append a hash of the content to the name.',
  },
  async run(context) {
    const name = nameArgument(context);
    const { flags } = context;
    if (!flags.string('key') || !flags.string('cert')) throw new KubectlError('key and cert must be specified');
    const cert = read(context, flags.string('cert'));
    const key = read(context, flags.string('key'));
    checkPair(cert, key);
    const data = { 'tls.crt': cert.toString('base64'), 'tls.key': key.toString('base64') };
    const type = 'kubernetes.io/tls';
    const suffix = flags.bool('append-hash') ? `-${contentHash({ data, kind: 'Secret', name, type })}` : '';
    const draft = { kind: 'Secret', apiVersion: 'v1', metadata: { name: name + suffix }, data, type };
    await createFromFlags(context, draft, { failure: 'failed to create secret ' });
    return 0;
  },
});

function read(context: VerbContext, path: string): Buffer {
  try {
    return readFileSync(resolve(context.cwd, path));
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'EACCES' ? 'permission denied' : 'no such file or directory';
    throw new KubectlError(`Cannot read file ${path}, open ${path}: ${why}`);
  }
}

/** The checks of Go's tls.X509KeyPair. */
function checkPair(cert: Buffer, key: Buffer): void {
  if (!cert.includes('-----BEGIN ')) throw new KubectlError('tls: failed to find any PEM data in certificate input');
  if (!cert.includes('-----BEGIN CERTIFICATE-----')) {
    throw new KubectlError(
      'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
    );
  }
  if (!key.includes('-----BEGIN ')) throw new KubectlError('tls: failed to find any PEM data in key input');
  if (!key.includes('PRIVATE KEY-----')) {
    throw new KubectlError('tls: found a certificate rather than a key in the PEM for the private key');
  }
  let matches: boolean;
  try {
    matches = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    throw new KubectlError('tls: failed to parse private key');
  }
  if (!matches) throw new KubectlError('tls: private key does not match public key');
}
