import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1ValidatingAdmissionPolicy } from '../generated/types.ts';
import { paramKind } from './param.ts';
import { validateValidatingPolicy } from './policy-validation.ts';
import { defaultMatchResources } from './webhooks.ts';

export type ValidatingAdmissionPolicy = Stored<V1ValidatingAdmissionPolicy>;

export const ValidatingAdmissionPolicy = defineKind<ValidatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  setDefaults(policy) {
    policy.spec ??= {};
    policy.spec.failurePolicy ??= 'Fail';
    defaultMatchResources(policy.spec.matchConstraints);
  },
  prepareForCreate(policy) {
    policy.status = {};
  },
  validate: ({ spec }) => validateValidatingPolicy(spec),
  validateUpdate: ({ spec }) => validateValidatingPolicy(spec),
  columns: [
    name,
    { header: 'VALIDATIONS', type: 'integer', cell: (policy) => policy.spec.validations?.length ?? 0 },
    { header: 'PARAMKIND', cell: (policy) => paramKind(policy.spec.paramKind) },
    age,
  ],
});
