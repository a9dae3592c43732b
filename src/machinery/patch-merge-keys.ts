// Which lists of the built-in kinds merge under a strategic merge patch, and by which key: the `patchMergeKey` and `patchStrategy`
// tags of the API's Go types. What is not listed replaces (lists) or merges (objects).

export interface PatchField {
  /** Items merge by this key; empty for lists of plain values, which are sets. */
  key?: string;
  /** Objects with this strategy replace instead of merging. */
  replace?: boolean;
  /** A patch says with `$retainKeys` which fields stay. */
  retainKeys?: boolean;
  /** Of the object, or of each item. */
  type?: PatchType;
}

export type PatchType = Readonly<Record<string, PatchField>>;

const conditions: PatchField = { key: 'type' };
const withConditions: PatchType = { conditions };

const objectMeta: PatchType = { ownerReferences: { key: 'uid' }, finalizers: { key: '' } };

const container: PatchType = {
  ports: { key: 'containerPort' },
  env: { key: 'name' },
  volumeMounts: { key: 'mountPath' },
  volumeDevices: { key: 'devicePath' },
};

const podSpec: PatchType = {
  volumes: { key: 'name', retainKeys: true },
  containers: { key: 'name', type: container },
  initContainers: { key: 'name', type: container },
  ephemeralContainers: { key: 'name', type: container },
  imagePullSecrets: { key: 'name' },
  hostAliases: { key: 'ip' },
  topologySpreadConstraints: { key: 'topologyKey' },
  resourceClaims: { key: 'name', retainKeys: true },
  schedulingGates: { key: 'name' },
};

const podTemplate: PatchType = { metadata: { type: objectMeta }, spec: { type: podSpec } };
const templated: PatchType = { template: { type: podTemplate } };
const workload: PatchType = { metadata: { type: objectMeta }, spec: { type: templated }, status: { type: withConditions } };
const plain: PatchType = { metadata: { type: objectMeta }, status: { type: withConditions } };

const kinds: Readonly<Record<string, PatchType>> = {
  Pod: {
    metadata: { type: objectMeta },
    spec: { type: podSpec },
    status: { type: { conditions, podIPs: { key: 'ip' }, hostIPs: { key: 'ip' }, resourceClaimStatuses: { key: 'name' } } },
  },
  PodTemplate: { metadata: { type: objectMeta }, template: { type: podTemplate } },
  ReplicationController: workload,
  Deployment: { ...workload, spec: { type: { ...templated, strategy: { retainKeys: true } } } },
  ReplicaSet: workload,
  DaemonSet: workload,
  StatefulSet: workload,
  Job: workload,
  CronJob: {
    metadata: { type: objectMeta },
    spec: { type: { jobTemplate: { type: { metadata: { type: objectMeta }, spec: { type: templated } } } } },
  },
  Service: { metadata: { type: objectMeta }, spec: { type: { ports: { key: 'port' } } }, status: { type: withConditions } },
  ServiceAccount: { metadata: { type: objectMeta }, secrets: { key: 'name' } },
  Node: {
    metadata: { type: objectMeta },
    spec: { type: { podCIDRs: { key: '' } } },
    status: { type: { conditions, addresses: { key: 'type' } } },
  },
  PodDisruptionBudget: {
    metadata: { type: objectMeta },
    spec: { type: { selector: { replace: true } } },
    status: { type: withConditions },
  },
  ComponentStatus: { metadata: { type: objectMeta }, conditions },
  MutatingWebhookConfiguration: { metadata: { type: objectMeta }, webhooks: { key: 'name', type: { matchConditions: { key: 'name' } } } },
  ValidatingWebhookConfiguration: { metadata: { type: objectMeta }, webhooks: { key: 'name', type: { matchConditions: { key: 'name' } } } },
  ValidatingAdmissionPolicy: {
    metadata: { type: objectMeta },
    spec: { type: { matchConditions: { key: 'name' }, variables: { key: 'name' } } },
    status: { type: withConditions },
  },
  CSINode: { metadata: { type: objectMeta }, spec: { type: { drivers: { key: 'name' } } } },
};

/** How objects of the kind merge. */
export function patchTypeOf(kind: string): PatchType {
  return kinds[kind] ?? plain;
}
