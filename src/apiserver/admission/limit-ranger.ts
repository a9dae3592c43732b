// Plays the LimitRanger plugin: defaults for containers that name no requests or limits, and bounds for Pods, containers and claims.
import type { V1Container, V1LimitRangeItem, V1LimitRangeSpec, V1PersistentVolumeClaimSpec, V1PodSpec } from '../../api/generated/types.ts';
import { addQuantities, compareQuantities, formatQuantity, parseQuantity, type QuantityText } from '../../machinery/quantity.ts';
import { type AdmissionContext, type AdmissionPlugin, type Attributes, refusal } from './plugin.ts';

type ResourceList = Record<string, QuantityText>;

const ANNOTATION = 'kubernetes.io/limit-ranger';

export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  resources: ['pods', 'persistentvolumeclaims'],
  operations: ['CREATE', 'UPDATE'],
  admit(attributes, context) {
    if (!isBound(attributes) || attributes.resource.kind.resource !== 'pods') return;
    for (const item of items(attributes, context)) if (item.type === 'Container') setDefaults(attributes, item);
  },
  validate(attributes, context) {
    if (!isBound(attributes)) return;
    const problems: string[] = [];
    for (const item of items(attributes, context)) {
      problems.push(...(attributes.resource.kind.resource === 'pods' ? podProblems(attributes, item) : claimProblems(attributes, item)));
    }
    if (problems.length) throw refusal(attributes, problems.length === 1 ? (problems[0] as string) : `[${problems.join(', ')}]`);
  },
};

/** Running Pods keep what they were given. */
function isBound({ operation, resource, subresource, object }: Attributes): boolean {
  if (subresource || !object || object.metadata.deletionTimestamp) return false;
  return operation === 'CREATE' || resource.kind.resource !== 'pods';
}

function items({ namespace }: Attributes, { storage, resources }: AdmissionContext): V1LimitRangeItem[] {
  const ranges = resources.find('', 'v1', 'limitranges');
  const found: V1LimitRangeItem[] = [];
  if (ranges) for (const { value } of storage.few(ranges, namespace)) found.push(...(value.spec as V1LimitRangeSpec).limits);
  return found;
}

function setDefaults({ object }: Attributes, item: V1LimitRangeItem): void {
  const spec = (object?.spec ?? {}) as V1PodSpec;
  const notes: string[] = [];
  const fill = (container: V1Container, label: string): V1Container => {
    const resources = { ...container.resources };
    const limits = missing(resources.limits, item.default);
    const requests = missing(resources.requests, item.defaultRequest);
    if (requests.length) resources.requests = filled(resources.requests, item.defaultRequest);
    if (limits.length) resources.limits = filled(resources.limits, item.default);
    if (requests.length) notes.push(`${requests.join(', ')} request for ${label} ${container.name}`);
    if (limits.length) notes.push(`${limits.join(', ')} limit for ${label} ${container.name}`);
    return requests.length || limits.length ? { ...container, resources } : container;
  };
  if (spec.containers) spec.containers = spec.containers.map((container) => fill(container, 'container'));
  if (spec.initContainers) spec.initContainers = spec.initContainers.map((container) => fill(container, 'init container'));
  if (notes.length && object) {
    object.metadata.annotations = { ...object.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}` };
  }
}

const missing = (own: ResourceList | undefined, defaults: ResourceList | undefined): string[] =>
  Object.keys(defaults ?? {})
    .filter((name) => own?.[name] === undefined)
    .sort();

const filled = (own: ResourceList | undefined, defaults: ResourceList | undefined): Record<string, string> =>
  ({ ...defaults, ...own }) as Record<string, string>;

function podProblems({ object }: Attributes, item: V1LimitRangeItem): string[] {
  const spec = (object?.spec ?? {}) as V1PodSpec;
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  if (item.type === 'Container') {
    return containers.flatMap(({ resources = {} }) => problemsOf(item, resources.requests, resources.limits));
  }
  if (item.type !== 'Pod') return [];
  return problemsOf(item, podTotal(spec, 'requests'), podTotal(spec, 'limits'));
}

function problemsOf(item: V1LimitRangeItem, requests: ResourceList = {}, limits: ResourceList = {}): string[] {
  const problems: string[] = [];
  const each = (bounds: ResourceList | undefined, check: (name: string, bound: QuantityText) => string | undefined): void => {
    for (const name of Object.keys(bounds ?? {}).sort()) {
      const problem = check(name, (bounds as ResourceList)[name] as QuantityText);
      if (problem) problems.push(problem);
    }
  };
  each(item.min, (name, bound) => {
    const says = `minimum ${name} usage per ${item.type} is ${bound}`;
    const request = requests[name];
    const limit = limits[name];
    if (request === undefined) return `${says}.  No request is specified`;
    if (less(request, bound)) return `${says}, but request is ${request}`;
    return limit !== undefined && less(limit, bound) ? `${says}, but limit is ${limit}` : undefined;
  });
  each(item.max, (name, bound) => {
    const says = `maximum ${name} usage per ${item.type} is ${bound}`;
    const request = requests[name];
    const limit = limits[name];
    if (limit === undefined) return `${says}.  No limit is specified`;
    if (less(bound, limit)) return `${says}, but limit is ${limit}`;
    return request !== undefined && less(bound, request) ? `${says}, but request is ${request}` : undefined;
  });
  each(item.maxLimitRequestRatio, (name, bound) => {
    const says = `${name} max limit to request ratio per ${item.type} is ${bound}`;
    const request = requests[name];
    const limit = limits[name];
    if (request === undefined || parseQuantity(request).nano === 0n) return `${says}, but no request is specified or request is 0`;
    if (limit === undefined || parseQuantity(limit).nano === 0n) return `${says}, but no limit is specified or limit is 0`;
    const ratio = Number(parseQuantity(limit).nano) / Number(parseQuantity(request).nano);
    return ratio > Number(parseQuantity(bound).nano) / 1e9 ? `${says}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
  });
  return problems;
}

function claimProblems({ object }: Attributes, item: V1LimitRangeItem): string[] {
  if (item.type !== 'PersistentVolumeClaim') return [];
  const requests = ((object?.spec as V1PersistentVolumeClaimSpec | undefined)?.resources?.requests ?? {}) as ResourceList;
  const problems: string[] = [];
  for (const [bounds, word] of [
    [item.min, 'minimum'],
    [item.max, 'maximum'],
  ] as const) {
    for (const name of Object.keys(bounds ?? {}).sort()) {
      const bound = (bounds as ResourceList)[name] as QuantityText;
      const request = requests[name];
      const says = `${word} ${name} usage per ${item.type} is ${bound}`;
      if (request === undefined) problems.push(`${says}.  No request is specified`);
      else if (word === 'minimum' ? less(request, bound) : less(bound, request)) problems.push(`${says}, but request is ${request}`);
    }
  }
  return problems;
}

/** Containers run together; init containers one after the other before them. */
function podTotal(spec: V1PodSpec, which: 'requests' | 'limits'): ResourceList {
  const total: Record<string, ReturnType<typeof parseQuantity>> = {};
  for (const { resources } of spec.containers ?? []) {
    for (const [name, amount] of Object.entries(resources?.[which] ?? {})) {
      const quantity = parseQuantity(amount);
      total[name] = total[name] ? addQuantities(total[name], quantity) : quantity;
    }
  }
  for (const { resources } of spec.initContainers ?? []) {
    for (const [name, amount] of Object.entries(resources?.[which] ?? {})) {
      const quantity = parseQuantity(amount);
      if (!total[name] || compareQuantities(total[name], quantity) < 0) total[name] = quantity;
    }
  }
  return Object.fromEntries(Object.entries(total).map(([name, amount]) => [name, formatQuantity(amount)]));
}

const less = (a: QuantityText, b: QuantityText): boolean => compareQuantities(parseQuantity(a), parseQuantity(b)) < 0;
