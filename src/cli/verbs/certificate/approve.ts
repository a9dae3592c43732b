// `certificate approve`.
import { judgeCertificates } from '../../certificates.ts';
import { defineVerb } from '../../verb.ts';

export const certificateApprove = defineVerb({
  short: 'Let a certificate signing request be signed',
  examples: [{ about: 'By name', command: 'kubectl certificate approve jane' }],
  flags: { force: 'Send the request again though it is decided already.' },
  run: (context) => judgeCertificates(context, 'approve'),
});
