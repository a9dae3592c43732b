// The MutatingAdmissionPolicy plugin; what it does is in dynamic/mutating-policies.ts and loaded with the first policy.
import type { KubeObject } from '../../machinery/object.ts';
import { hasPolicies } from './dynamic/matching.ts';
import type { AdmissionContext, AdmissionPlugin, Attributes } from './plugin.ts';

export const mutatingAdmissionPolicy: AdmissionPlugin = {
  name: 'MutatingAdmissionPolicy',
  operations: ['CREATE', 'UPDATE', 'CONNECT'],
  admit(attributes, context) {
    const { object } = attributes;
    return object && hasPolicies(attributes, context, 'mutatingadmissionpolicies') ? mutate(attributes, object, context) : undefined;
  },
};

async function mutate(attributes: Attributes, draft: KubeObject, context: AdmissionContext): Promise<void> {
  const dynamic = await import('./dynamic/mutating-policies.ts');
  return dynamic.mutate(attributes, draft, context);
}
