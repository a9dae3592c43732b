// Plays csrcleaner: requests that have been dealt with go after an hour, those that nobody dealt with after a day, and those whose
// certificate has ended at once. The real one looks every hour since it started; this one when a request is due.
import { CertificateSigningRequest } from '../../api/certificates/certificatesigningrequest.ts';
import { hours, type Instant, parseTime } from '../../machinery/clock.ts';
import { defineController } from '../define.ts';
import { pemOf, verdictOf } from './requests.ts';

const SETTLED = hours(1);
const PENDING = hours(24);

export const csrCleanerController = defineController({
  name: 'certificatesigningrequest-cleaner-controller',
  for: CertificateSigningRequest,
  async reconcile(key, { client, clock, authority }) {
    const csr = await client.get(CertificateSigningRequest, key);
    if (!csr || csr.metadata.deletionTimestamp) return undefined;
    const { certificate } = csr.status ?? {};
    const expiry = certificate && verdictOf(csr, 'Approved') ? await authority.expiryOf(pemOf(certificate)) : undefined;
    const due = Math.min(goesAt(csr), expiry ?? Number.POSITIVE_INFINITY);
    if (due > clock.now()) return Number.isFinite(due) ? { requeueAfter: due - clock.now(), class: 'deadline' } : undefined;
    await client.delete(CertificateSigningRequest, key);
    return undefined;
  },
});

/** The instant at which a request has been kept long enough. */
export function goesAt(csr: CertificateSigningRequest): Instant {
  const since = (time: string | undefined, age: number): number => (time ? parseTime(time) + age : Number.POSITIVE_INFINITY);
  const approved = verdictOf(csr, 'Approved');
  const times = [
    since(verdictOf(csr, 'Denied')?.lastUpdateTime, SETTLED),
    since(verdictOf(csr, 'Failed')?.lastUpdateTime, SETTLED),
    since(approved?.lastUpdateTime, csr.status?.certificate ? SETTLED : PENDING),
  ];
  if (!csr.status?.conditions?.length) times.push(since(csr.metadata.creationTimestamp, PENDING));
  return Math.min(...times);
}
