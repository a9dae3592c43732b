// The MutatingAdmissionWebhook and ValidatingAdmissionWebhook plugins; what they do is in dynamic/webhooks.ts and loaded with the first
// webhook configuration.
import type { KubeObject } from '../../machinery/object.ts';
import { configurations, isExempt } from './dynamic/matching.ts';
import type { AdmissionContext, AdmissionPlugin, Attributes } from './plugin.ts';

const ALWAYS = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const;

function configured(attributes: Attributes, context: AdmissionContext, plural: string): readonly KubeObject[] | undefined {
  if (isExempt(attributes)) return undefined;
  const found = configurations(context, plural);
  return found.length > 0 ? found : undefined;
}

export const mutatingAdmissionWebhook: AdmissionPlugin = {
  name: 'MutatingAdmissionWebhook',
  operations: ALWAYS,
  admit(attributes, context) {
    const found = configured(attributes, context, 'mutatingwebhookconfigurations');
    return found && import('./dynamic/webhooks.ts').then(({ mutate }) => mutate(found, attributes, context));
  },
};

export const validatingAdmissionWebhook: AdmissionPlugin = {
  name: 'ValidatingAdmissionWebhook',
  operations: ALWAYS,
  validate(attributes, context) {
    const found = configured(attributes, context, 'validatingwebhookconfigurations');
    return found && import('./dynamic/webhooks.ts').then(({ validate }) => validate(found, attributes, context));
  },
};
