import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1MutatingWebhookConfiguration } from '../generated/types.ts';
import { validateWebhooks } from './webhook-validation.ts';
import { defaultWebhooks } from './webhooks.ts';

export type MutatingWebhookConfiguration = Stored<V1MutatingWebhookConfiguration>;

export const MutatingWebhookConfiguration = defineKind<MutatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingWebhookConfiguration',
  setDefaults: defaultWebhooks,
  validate: validateWebhooks,
  validateUpdate: validateWebhooks,
  columns: [name, { header: 'WEBHOOKS', type: 'integer', cell: (configuration) => configuration.webhooks?.length ?? 0 }, age],
});
