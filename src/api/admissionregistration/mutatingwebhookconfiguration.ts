import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1MutatingWebhookConfiguration } from '../generated/types.ts';

export type MutatingWebhookConfiguration = Stored<V1MutatingWebhookConfiguration>;

export const MutatingWebhookConfiguration = defineKind<MutatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingWebhookConfiguration',
});
