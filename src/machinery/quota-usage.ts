// Plays pkg/quota/v1/evaluator: what one object uses of the resources that a ResourceQuota can limit.
import type { V1Container, V1PersistentVolumeClaimSpec, V1PodSpec, V1ResourceQuotaSpec, V1ServiceSpec } from '../api/generated/types.ts';
import type { KubeObject } from './object.ts';
import { addQuantities, compareQuantities, parseQuantity, type Quantity } from './quantity.ts';

/** `pods`, `services`: what kind of object is measured. */
interface Resource {
  readonly kind: { readonly resource: string };
}

export type Usage = Readonly<Record<string, Quantity>>;

const ONE = parseQuantity('1');

/** Resources that have a name of their own in quotas, beside `count/…`. */
const COUNTED = new Set([
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
]);

export function usageOf(resource: Resource, object: KubeObject): Usage {
  const { resource: name } = resource.kind;
  const usage: Record<string, Quantity> = { [`count/${name}`]: ONE };
  if (name === 'pods') return isTerminal(object) ? usage : { ...usage, pods: ONE, ...podUsage(object.spec as V1PodSpec) };
  if (COUNTED.has(name)) usage[name] = ONE;
  if (name === 'services') Object.assign(usage, serviceUsage(object.spec as V1ServiceSpec));
  if (name === 'persistentvolumeclaims') Object.assign(usage, claimUsage(object));
  return usage;
}

function isTerminal(pod: KubeObject): boolean {
  const { phase } = (pod.status ?? {}) as { phase?: string };
  return phase === 'Succeeded' || phase === 'Failed';
}

function podUsage(spec: V1PodSpec): Usage {
  const usage: Record<string, Quantity> = {};
  const requests = total(spec, 'requests');
  const limits = total(spec, 'limits');
  for (const [name, amount] of Object.entries(requests)) {
    usage[`requests.${name}`] = amount;
    if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage' || name.startsWith('hugepages-')) usage[name] = amount;
  }
  for (const [name, amount] of Object.entries(limits)) usage[`limits.${name}`] = amount;
  return usage;
}

/** Containers and sidecars add up; other init containers count where one alone needs more. */
function total(spec: V1PodSpec, which: 'requests' | 'limits'): Record<string, Quantity> {
  const sum: Record<string, Quantity> = {};
  const add = (container: V1Container): void => {
    for (const [name, amount] of Object.entries(container.resources?.[which] ?? {})) {
      const quantity = parseQuantity(amount);
      sum[name] = sum[name] ? addQuantities(sum[name], quantity) : quantity;
    }
  };
  const inits = spec.initContainers ?? [];
  spec.containers?.forEach(add);
  inits.filter(({ restartPolicy }) => restartPolicy === 'Always').forEach(add);
  for (const { resources, restartPolicy } of inits) {
    if (restartPolicy === 'Always') continue;
    for (const [name, amount] of Object.entries(resources?.[which] ?? {})) {
      const quantity = parseQuantity(amount);
      if (!sum[name] || compareQuantities(sum[name], quantity) < 0) sum[name] = quantity;
    }
  }
  for (const [name, amount] of Object.entries(spec.overhead ?? {})) {
    const quantity = parseQuantity(amount);
    if (sum[name]) sum[name] = addQuantities(sum[name], quantity);
  }
  return sum;
}

function serviceUsage({ type, ports = [], allocateLoadBalancerNodePorts }: V1ServiceSpec): Usage {
  const usage: Record<string, Quantity> = {};
  const nodePorts = ports.length > 0 ? parseQuantity(String(ports.length)) : undefined;
  if (type === 'LoadBalancer') usage['services.loadbalancers'] = ONE;
  if (nodePorts && (type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false))) {
    usage['services.nodeports'] = nodePorts;
  }
  return usage;
}

function claimUsage(object: KubeObject): Usage {
  const spec = object.spec as V1PersistentVolumeClaimSpec;
  const storage = spec.resources?.requests?.storage;
  const usage: Record<string, Quantity> = {};
  if (storage !== undefined) usage['requests.storage'] = parseQuantity(storage);
  if (spec.storageClassName) {
    const prefix = `${spec.storageClassName}.storageclass.storage.k8s.io/`;
    usage[`${prefix}persistentvolumeclaims`] = ONE;
    if (storage !== undefined) usage[`${prefix}requests.storage`] = parseQuantity(storage);
  }
  return usage;
}

/** A quota with scopes counts only the Pods (or claims) that all of them match. */
export function quotaApplies(spec: V1ResourceQuotaSpec, resource: Resource, object: KubeObject): boolean {
  const scopes = [
    ...(spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists', values: [] as string[] })),
    ...(spec.scopeSelector?.matchExpressions ?? []),
  ];
  if (scopes.length === 0) return true;
  if (resource.kind.resource !== 'pods') return false;
  const pod = object.spec as V1PodSpec;
  return scopes.every(({ scopeName, operator, values }) => {
    switch (scopeName) {
      case 'Terminating':
        return pod.activeDeadlineSeconds !== undefined;
      case 'NotTerminating':
        return pod.activeDeadlineSeconds === undefined;
      case 'BestEffort':
        return isBestEffort(pod);
      case 'NotBestEffort':
        return !isBestEffort(pod);
      case 'PriorityClass': {
        const name = pod.priorityClassName;
        if (operator === 'DoesNotExist') return !name;
        if (operator === 'NotIn') return !name || !values?.includes(name);
        return operator === 'In' ? name !== undefined && Boolean(values?.includes(name)) : Boolean(name);
      }
      default:
        return false;
    }
  });
}

function isBestEffort(pod: V1PodSpec): boolean {
  return [...(pod.containers ?? []), ...(pod.initContainers ?? [])].every(
    ({ resources }) => !Object.keys(resources?.requests ?? {}).length && !Object.keys(resources?.limits ?? {}).length,
  );
}

/** Where a quota limits these, every container has to name them. */
const REQUIRED = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']);

/** `requests.cpu,requests.memory`; empty when every container names what is limited. */
export function missingRequests(resource: Resource, object: KubeObject, limited: readonly string[]): string {
  if (resource.kind.resource !== 'pods') return '';
  const { containers = [], initContainers = [] } = object.spec as V1PodSpec;
  const missing: string[] = [];
  for (const name of limited.filter((one) => REQUIRED.has(one)).sort()) {
    const [which, what] = name.includes('.') ? (name.split('.') as ['requests' | 'limits', string]) : (['requests', name] as const);
    const without = [...containers, ...initContainers].filter(({ resources }) => resources?.[which]?.[what] === undefined);
    if (without.length) missing.push(name);
  }
  return missing.join(',');
}
