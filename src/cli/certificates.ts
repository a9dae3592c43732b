// `certificate approve` and `certificate deny`.
import type { V1CertificateSigningRequest } from '../api/generated/types.ts';
import { rfc3339 } from '../machinery/clock.ts';
import type { KubeObject } from '../machinery/object.ts';
import { StatusError } from '../machinery/status.ts';
import { eachTarget } from './each-target.ts';
import { resultPrinter } from './print-result.ts';
import { getObject, replaceObject } from './rest.ts';
import { KubectlError, type VerbContext } from './verb.ts';

export async function judgeCertificates(context: VerbContext, verdict: 'approve' | 'deny'): Promise<number> {
  const { args, flags } = context;
  if (args.length === 0 && flags.list('filename').length === 0 && !flags.string('kustomize'))
    throw new KubectlError('one or more CSRs must be specified as <name> or -f <filename>');
  const [type, opposite, operation] = verdict === 'approve' ? ['Approved', 'Denied', 'approved'] : ['Denied', 'Approved', 'denied'];
  const print = await resultPrinter(context);
  const options = { files: true, args: args.length > 0 ? ['certificatesigningrequests', ...args] : [], fetch: true };
  const found = await eachTarget(context, options, async ({ mapping, name }) => {
    if (mapping.kind !== 'CertificateSigningRequest') {
      const got = `${mapping.kind}${mapping.group ? `.${mapping.group}` : ''}`;
      throw new KubectlError(`can only handle CertificateSigningRequest.certificates.k8s.io objects, got ${got}`);
    }
    for (let attempt = 0; ; attempt++) {
      const csr = await getObject(context, mapping, undefined, name);
      const conditions = (csr as unknown as V1CertificateSigningRequest).status?.conditions ?? [];
      if (conditions.some((one) => one.type === opposite))
        throw new KubectlError(`certificate signing request ${JSON.stringify(name)} is already ${opposite}`);
      const has = conditions.some((one) => one.type === type);
      if (has && !flags.bool('force')) return print(mapping, csr, operation);
      const condition = {
        type,
        status: 'True',
        reason: verdict === 'approve' ? 'KubectlApprove' : 'KubectlDeny',
        message: `This CSR was ${operation} by kubectl certificate ${verdict}.`,
        lastUpdateTime: rfc3339(context.now()),
      };
      const changed = { ...csr, status: { ...(csr.status as object), conditions: has ? conditions : [...conditions, condition] } };
      try {
        await replaceObject(context, mapping, undefined, name, changed as KubeObject, { subresource: 'approval' });
        return await print(mapping, csr, operation);
      } catch (error) {
        if (!(error instanceof StatusError) || error.reason !== 'Conflict' || attempt >= 10) throw error;
      }
    }
  });
  if (found === 0) context.out('No resources found');
  return 0;
}
