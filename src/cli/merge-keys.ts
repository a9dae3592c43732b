// Patch strategies of the API's types, as their `patchStrategy` and `patchMergeKey` tags say: which lists are merged, and by what.
// Lists that are not here are replaced whole.

export interface PatchStrategy {
  /** Lists of maps are merged by this field; primitive lists as sets when it is empty. */
  mergeKey?: string;
  retainKeys?: boolean;
}

const CONTAINER: Record<string, PatchStrategy> = {
  env: { mergeKey: 'name' },
  ports: { mergeKey: 'containerPort' },
  volumeMounts: { mergeKey: 'mountPath' },
  volumeDevices: { mergeKey: 'devicePath' },
};

const POD_SPEC: Record<string, PatchStrategy> = {
  containers: { mergeKey: 'name' },
  initContainers: { mergeKey: 'name' },
  ephemeralContainers: { mergeKey: 'name' },
  volumes: { mergeKey: 'name', retainKeys: true },
  imagePullSecrets: { mergeKey: 'name' },
  hostAliases: { mergeKey: 'ip' },
  topologySpreadConstraints: { mergeKey: 'topologyKey' },
  resourceClaims: { mergeKey: 'name', retainKeys: true },
  schedulingGates: { mergeKey: 'name' },
  ...Object.fromEntries(
    ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) =>
      Object.entries(CONTAINER).map(([key, rule]) => [`${list}.${key}`, rule]),
    ),
  ),
};

const POD_SPEC_AT: Record<string, string> = {
  Pod: 'spec',
  PodTemplate: 'template.spec',
  CronJob: 'spec.jobTemplate.spec.template.spec',
  Deployment: 'spec.template.spec',
  ReplicaSet: 'spec.template.spec',
  StatefulSet: 'spec.template.spec',
  DaemonSet: 'spec.template.spec',
  Job: 'spec.template.spec',
  ReplicationController: 'spec.template.spec',
};

const ANY_KIND: Record<string, PatchStrategy> = {
  'metadata.ownerReferences': { mergeKey: 'uid' },
  'metadata.finalizers': { mergeKey: '' },
  'status.conditions': { mergeKey: 'type' },
};

const BY_KIND: Record<string, Record<string, PatchStrategy>> = {
  Deployment: { 'spec.strategy': { retainKeys: true } },
  Service: { 'spec.ports': { mergeKey: 'port' } },
  ServiceAccount: { secrets: { mergeKey: 'name' } },
  Node: { 'spec.podCIDRs': { mergeKey: '' }, 'status.addresses': { mergeKey: 'type' } },
  MutatingWebhookConfiguration: { webhooks: { mergeKey: 'name' } },
  ValidatingWebhookConfiguration: { webhooks: { mergeKey: 'name' } },
};

/** @param path field names joined by dots, list positions left out */
export function patchStrategyOf(kind: string, path: string): PatchStrategy | undefined {
  const found = ANY_KIND[path] ?? BY_KIND[kind]?.[path];
  if (found) return found;
  const podSpec = POD_SPEC_AT[kind];
  return podSpec && path.startsWith(`${podSpec}.`) ? POD_SPEC[path.slice(podSpec.length + 1)] : undefined;
}
