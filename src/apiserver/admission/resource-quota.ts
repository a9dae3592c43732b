// Plays the ResourceQuota plugin: refuses what would exceed a quota of the namespace, and writes down what is used.
// Use is counted from what is stored, so a quota that no controller has looked at yet is already kept.
import type { V1ResourceQuotaSpec } from '../../api/generated/types.ts';
import type { KubeObject } from '../../machinery/object.ts';
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  subtractQuantities,
} from '../../machinery/quantity.ts';
import type { Resource } from '../resource.ts';
import type { Entry } from '../storage.ts';
import { type AdmissionContext, type AdmissionPlugin, type Attributes, refusal } from './plugin.ts';
import { missingRequests, quotaApplies, type Usage, usageOf } from './quota-usage.ts';

export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  operations: ['CREATE', 'UPDATE'],
  validate(attributes, context) {
    const { object, resource, namespace, subresource, old } = attributes;
    if (!object || subresource || !resource.namespaced || resource.kind.resource === 'resourcequotas/status') return;
    if (old && old.spec === object.spec) return;
    for (const { value: quota } of quotas(context, namespace)) check(attributes, object, old, quota, context);
  },
  committed({ resource, namespace, subresource, dryRun }, _stored, context) {
    if (dryRun || subresource || !resource.namespaced) return;
    for (const entry of quotas(context, namespace)) writeStatus(entry, resource, context);
  },
};

function quotas({ storage, resources }: AdmissionContext, namespace: string): readonly Entry[] {
  const kind = resources.find('', 'v1', 'resourcequotas');
  return kind ? storage.few(kind, namespace) : [];
}

function check(
  attributes: Attributes,
  object: KubeObject,
  old: KubeObject | undefined,
  quota: KubeObject,
  context: AdmissionContext,
): void {
  const { resource } = attributes;
  const spec = quota.spec as V1ResourceQuotaSpec;
  const hard = spec.hard ?? {};
  const usage = usageOf(resource, object);
  const limited = Object.keys(usage).filter((name) => hard[name] !== undefined);
  if (!quotaApplies(spec, resource, object)) return;
  if (!old) {
    const missing = missingRequests(resource, object, Object.keys(hard));
    if (missing) throw refusal(attributes, `failed quota: ${quota.metadata.name}: must specify ${missing}`);
  }
  if (limited.length === 0) return;
  const before = old ? usageOf(resource, old) : {};
  const used = countUsed(spec, resource, attributes.namespace, limited, context);
  const exceeded = limited
    .filter((name) => {
      const more = delta(usage, before, name);
      if (more.nano <= 0n) return false;
      return compareQuantities(addQuantities(used[name] ?? ZERO, more), parseQuantity(hard[name] as string)) > 0;
    })
    .sort();
  if (exceeded.length === 0) return;
  const list = (amount: (name: string) => string): string => exceeded.map((name) => `${name}=${amount(name)}`).join(',');
  throw refusal(
    attributes,
    `exceeded quota: ${quota.metadata.name}, requested: ${list((name) => formatQuantity(delta(usage, before, name)))}, ` +
      `used: ${list((name) => formatQuantity(used[name] ?? ZERO))}, limited: ${list((name) => hard[name] as string)}`,
  );
}

const ZERO: Quantity = parseQuantity('0');

const delta = (usage: Usage, before: Usage, name: string): Quantity => subtractQuantities(usage[name] ?? ZERO, before[name] ?? ZERO);

/** What the stored objects of the resource use of these. */
function countUsed(
  spec: V1ResourceQuotaSpec,
  resource: Resource,
  namespace: string,
  names: readonly string[],
  { storage }: AdmissionContext,
): Usage {
  const used: Record<string, Quantity> = {};
  for (const { value } of storage.range(resource, namespace)) {
    if (!quotaApplies(spec, resource, value)) continue;
    const usage = usageOf(resource, value);
    for (const name of names) if (usage[name]) used[name] = used[name] ? addQuantities(used[name], usage[name]) : usage[name];
  }
  return used;
}

/** Brings `status.used` up to date for what this resource counts towards. */
function writeStatus(entry: Entry, resource: Resource, context: AdmissionContext): void {
  const quota = entry.value;
  const spec = quota.spec as V1ResourceQuotaSpec;
  const quotaKind = context.resources.find('', 'v1', 'resourcequotas');
  const status = (quota.status ?? {}) as { hard?: Record<string, string>; used?: Record<string, string> };
  if (!quotaKind || !status.used) return;
  const names = Object.keys(spec.hard ?? {});
  const used = countUsed(spec, resource, quota.metadata.namespace ?? '', names, context);
  const counted = Object.fromEntries(Object.keys(used).map((name) => [name, formatQuantity(used[name] ?? ZERO)]));
  const after = { ...status.used, ...counted };
  if (Object.keys(counted).every((name) => status.used?.[name] === counted[name])) return;
  context.storage.update(quotaKind, entry, { ...quota, metadata: { ...quota.metadata }, status: { ...status, used: after } });
}
