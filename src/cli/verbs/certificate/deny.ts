// `certificate deny`.
import { judgeCertificates } from '../../certificates.ts';
import { defineVerb } from '../../verb.ts';

export const certificateDeny = defineVerb({
  short: 'Refuse to sign a certificate signing request',
  examples: [{ about: 'By name', command: 'kubectl certificate deny jane' }],
  flags: { force: 'Send the request again though it is decided already.' },
  run: (context) => judgeCertificates(context, 'deny'),
});
