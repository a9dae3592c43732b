// The ValidatingAdmissionPolicy plugin; what it does is in dynamic/validating-policies.ts and loaded with the first policy.
import { hasPolicies } from './dynamic/matching.ts';
import type { AdmissionContext, AdmissionPlugin, Attributes } from './plugin.ts';

export const validatingAdmissionPolicy: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
  validate(attributes, context) {
    return hasPolicies(attributes, context, 'validatingadmissionpolicies') ? judge(attributes, context) : undefined;
  },
};

async function judge(attributes: Attributes, context: AdmissionContext): Promise<void> {
  const dynamic = await import('./dynamic/validating-policies.ts');
  return dynamic.judge(attributes, context);
}
