import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1MutatingAdmissionPolicy } from '../generated/types.ts';

export type MutatingAdmissionPolicy = Stored<V1MutatingAdmissionPolicy>;

export const MutatingAdmissionPolicy = defineKind<MutatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
});
