import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1MutatingAdmissionPolicy } from '../generated/types.ts';
import { paramKind } from './param.ts';
import { validateMutatingPolicy } from './policy-validation.ts';
import { defaultMatchResources } from './webhooks.ts';

export type MutatingAdmissionPolicy = Stored<V1MutatingAdmissionPolicy>;

export const MutatingAdmissionPolicy = defineKind<MutatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  setDefaults(policy) {
    policy.spec ??= {};
    policy.spec.failurePolicy ??= 'Fail';
    policy.spec.reinvocationPolicy ||= 'Never';
    defaultMatchResources(policy.spec.matchConstraints);
  },
  validate: ({ spec }) => validateMutatingPolicy(spec),
  validateUpdate: ({ spec }) => validateMutatingPolicy(spec),
  columns: [
    name,
    { header: 'MUTATIONS', type: 'integer', cell: (policy) => policy.spec.mutations?.length ?? 0 },
    { header: 'PARAMKIND', cell: (policy) => paramKind(policy.spec.paramKind) },
    age,
  ],
});
