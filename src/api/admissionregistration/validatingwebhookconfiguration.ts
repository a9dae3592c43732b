import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1ValidatingWebhookConfiguration } from '../generated/types.ts';

export type ValidatingWebhookConfiguration = Stored<V1ValidatingWebhookConfiguration>;

export const ValidatingWebhookConfiguration = defineKind<ValidatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingWebhookConfiguration',
});
