// Plays the ResourceQuota controller: `status.hard` and `status.used` of every quota, counted anew when something it limits changes.

import { isBuiltin } from '../api/builtin.ts';
import { Pod } from '../api/core/pod.ts';
import { ResourceQuota } from '../api/core/resourcequota.ts';
import type { Kind } from '../api/kind.ts';
import type { Client } from '../client/client.ts';
import { jsonEqual } from '../machinery/equal.ts';
import { addQuantities, formatQuantity, parseQuantity, type Quantity } from '../machinery/quantity.ts';
import { quotaApplies, usageOf } from '../machinery/quota-usage.ts';
import { customKind } from './custom-kinds.ts';
import { anyCustomKind, type ControllerWatch, defineController } from './define.ts';
import { deletableKinds } from './every-kind.ts';
import { isFinished } from './pods.ts';

/** A change of what is counted concerns every quota of the namespace. */
const ALL = '~all';

const counted: readonly Kind[] = deletableKinds().filter(
  ({ names }) => names.namespaced && !['Event', 'Lease', 'EndpointSlice', 'Endpoints'].includes(names.kind),
);

export const resourceQuotaController = defineController({
  name: 'resourcequota-controller',
  for: ResourceQuota,
  watches: [...counted, anyCustomKind].map(watchCounted),
  async reconcile(key, { client }) {
    const inNamespace = key.namespace ? { namespace: key.namespace } : {};
    const quotas = key.name === ALL ? await client.list(ResourceQuota, inNamespace) : [await client.get(ResourceQuota, key)];
    for (const quota of quotas) {
      if (!quota || quota.metadata.deletionTimestamp) continue;
      const hard = quota.spec.hard ?? {};
      await client.updateStatus(ResourceQuota, quota, { hard, used: await used(client, quota) });
    }
    return undefined;
  },
});

/** Updates count only where the amount may change: a Pod that ends or is resized, a Service of another type, a larger claim. */
function watchCounted(kind: Pick<Kind, 'resource'>): ControllerWatch {
  const keys: ControllerWatch['keys'] = ({ type, object, old }) => {
    if (type === 'MODIFIED' && old && jsonEqual(old.spec, object.spec) && !hasEnded(object, old)) return [];
    return object.metadata.namespace ? [`${object.metadata.namespace}/${ALL}`] : [];
  };
  return { kind, keys };
}

const hasEnded = (object: object, old: object): boolean => isFinished(object as Pod) !== isFinished(old as Pod);

async function used(client: Client, quota: ResourceQuota): Promise<Record<string, string>> {
  const names = Object.keys(quota.spec.hard ?? {});
  const sums = new Map<string, Quantity>(names.map((name) => [name, parseQuantity('0')]));
  const { namespace } = quota.metadata;
  for (const kind of [...counted, ...(await customCounted(client, names))]) {
    if (!names.some((name) => mayCount(name, kind.resource))) continue;
    for (const object of await client.list(kind, namespace ? { namespace } : {})) {
      if (!quotaApplies(quota.spec, { kind }, object)) continue;
      for (const [name, amount] of Object.entries(usageOf({ kind }, object))) {
        const sum = sums.get(name);
        if (sum) sums.set(name, addQuantities(sum, amount));
      }
    }
  }
  return Object.fromEntries([...sums].map(([name, sum]) => [name, formatQuantity(sum)]));
}

/** Custom resources that the quota counts: `count/foos.example.com`. */
async function customCounted(client: Client, names: readonly string[]): Promise<Kind[]> {
  const resources = names.flatMap((name) => (name.startsWith('count/') ? [name.slice('count/'.length)] : []));
  const found: Kind[] = [];
  for (const resource of resources) {
    const kind = isBuiltin(resource) || !resource.includes('.') ? undefined : await customKind(client, resource);
    if (kind) found.push(kind);
  }
  return found;
}

/** Whether objects of a resource can count towards the quota's line. */
function mayCount(name: string, resource: string): boolean {
  if (name.startsWith('count/')) return name === `count/${resource}`;
  if (name === resource || name.startsWith(`${resource}.`)) return true;
  if (name.includes('storageclass.storage.k8s.io/') || name === 'requests.storage') return resource === 'persistentvolumeclaims';
  return resource === Pod.resource && /^(cpu|memory|ephemeral-storage|requests\.|limits\.|hugepages-)/.test(name);
}
