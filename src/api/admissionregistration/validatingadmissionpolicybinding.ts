import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1ValidatingAdmissionPolicyBinding } from '../generated/types.ts';

export type ValidatingAdmissionPolicyBinding = Stored<V1ValidatingAdmissionPolicyBinding>;

export const ValidatingAdmissionPolicyBinding = defineKind<ValidatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicyBinding',
});
