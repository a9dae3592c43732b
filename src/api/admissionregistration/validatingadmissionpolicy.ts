import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1ValidatingAdmissionPolicy } from '../generated/types.ts';

export type ValidatingAdmissionPolicy = Stored<V1ValidatingAdmissionPolicy>;

export const ValidatingAdmissionPolicy = defineKind<ValidatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
});
