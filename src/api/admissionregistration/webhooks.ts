// pkg/apis/admissionregistration/v1/defaults.go.
import type { V1MatchResources, V1MutatingWebhook, V1ValidatingWebhook } from '../generated/types.ts';

export function defaultWebhooks(configuration: { kind: string; webhooks?: (V1MutatingWebhook | V1ValidatingWebhook)[] | undefined }): void {
  for (const webhook of configuration.webhooks ?? []) {
    webhook.failurePolicy ??= 'Fail';
    webhook.matchPolicy ??= 'Equivalent';
    webhook.namespaceSelector ??= {};
    webhook.objectSelector ??= {};
    webhook.timeoutSeconds ??= 10;
    if (configuration.kind === 'MutatingWebhookConfiguration') (webhook as V1MutatingWebhook).reinvocationPolicy ??= 'Never';
    for (const rule of webhook.rules ?? []) rule.scope ??= '*';
    if (webhook.clientConfig?.service) webhook.clientConfig.service.port ??= 443;
  }
}

export function defaultMatchResources(match: V1MatchResources | undefined): void {
  if (!match) return;
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  for (const rule of [...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])]) rule.scope ??= '*';
}
