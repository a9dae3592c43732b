import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1ValidatingAdmissionPolicyBinding } from '../generated/types.ts';
import { paramRef, validatePolicyBinding } from './param.ts';
import { validateActions } from './policy-validation.ts';
import { validateMatchResources } from './webhook-validation.ts';
import { defaultMatchResources } from './webhooks.ts';

export type ValidatingAdmissionPolicyBinding = Stored<V1ValidatingAdmissionPolicyBinding>;

export const ValidatingAdmissionPolicyBinding = defineKind<ValidatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  setDefaults(binding) {
    if (!binding.spec) return;
    if (binding.spec.paramRef) binding.spec.paramRef.parameterNotFoundAction ??= 'Deny';
    defaultMatchResources(binding.spec.matchResources);
  },
  validate: validateBinding,
  validateUpdate: (binding) => validateBinding(binding),
  columns: [
    name,
    { header: 'POLICYNAME', cell: (binding) => binding.spec.policyName ?? '' },
    { header: 'PARAMREF', cell: (binding) => paramRef(binding.spec.paramRef) },
    age,
  ],
});

function validateBinding(binding: ValidatingAdmissionPolicyBinding): FieldError[] {
  return [
    ...validatePolicyBinding(binding),
    ...validateMatchResources(binding.spec?.matchResources, 'spec.matchResources'),
    ...validateActions(binding.spec),
  ];
}
