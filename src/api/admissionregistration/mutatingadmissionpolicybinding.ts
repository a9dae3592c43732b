import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1MutatingAdmissionPolicyBinding } from '../generated/types.ts';

export type MutatingAdmissionPolicyBinding = Stored<V1MutatingAdmissionPolicyBinding>;

export const MutatingAdmissionPolicyBinding = defineKind<MutatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicyBinding',
});
