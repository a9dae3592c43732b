// Plays the ValidatingAdmissionPolicy status controller: says which generation of a policy has been looked at. Left out: warnings about
// expressions whose types do not fit the kinds that the policy matches.
import { ValidatingAdmissionPolicy } from '../api/admissionregistration/validatingadmissionpolicy.ts';
import { defineController } from './define.ts';

export const validatingAdmissionPolicyStatusController = defineController({
  name: 'validatingadmissionpolicy-status-controller',
  for: ValidatingAdmissionPolicy,
  async reconcile(key, { client }) {
    const policy = await client.get(ValidatingAdmissionPolicy, key);
    if (!policy || policy.metadata.deletionTimestamp) return undefined;
    const { generation } = policy.metadata;
    if (policy.status?.observedGeneration === generation) return undefined;
    await client.updateStatus(ValidatingAdmissionPolicy, policy, { ...policy.status, observedGeneration: generation, typeChecking: {} });
    return undefined;
  },
});
