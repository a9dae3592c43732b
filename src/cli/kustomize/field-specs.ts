// Where kustomize's transformers look: the fields that hold labels, selectors and annotations, by kind.
import type { Id } from './resource.ts';

export interface FieldSpec {
  path: string;
  group?: string;
  version?: string;
  kind?: string;
  /** Make the field where it is missing. */
  create?: boolean;
}

export const selected = (spec: { group?: string; version?: string; kind?: string }, { group, version, kind }: Id): boolean =>
  (!spec.group || spec.group === group) && (!spec.version || spec.version === version) && (!spec.kind || spec.kind === kind);

const template = (field: string): FieldSpec[] => [
  { path: `metadata/${field}`, create: true },
  { path: `spec/template/metadata/${field}`, create: true, version: 'v1', kind: 'ReplicationController' },
  ...['Deployment', 'ReplicaSet', 'DaemonSet'].map((kind) => ({ path: `spec/template/metadata/${field}`, create: true, kind })),
  { path: `spec/template/metadata/${field}`, create: true, group: 'apps', kind: 'StatefulSet' },
  { path: `spec/template/metadata/${field}`, create: true, group: 'batch', kind: 'Job' },
  { path: `spec/jobTemplate/metadata/${field}`, create: true, group: 'batch', kind: 'CronJob' },
  { path: `spec/jobTemplate/spec/template/metadata/${field}`, create: true, group: 'batch', kind: 'CronJob' },
];

/** The first one is the object's own. */
export const LABELS: readonly FieldSpec[] = template('labels');
export const ANNOTATIONS: readonly FieldSpec[] = template('annotations');
export const VOLUME_CLAIM_LABELS: readonly FieldSpec[] = [
  { path: 'spec/volumeClaimTemplates/metadata/labels', create: true, group: 'apps', kind: 'StatefulSet' },
];

const PLACEMENT = [
  'affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm',
  'affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution',
  'affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm',
  'affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution',
  'topologySpreadConstraints',
];

export const SELECTORS: readonly FieldSpec[] = [
  { path: 'spec/selector', create: true, version: 'v1', kind: 'Service' },
  { path: 'spec/selector', create: true, version: 'v1', kind: 'ReplicationController' },
  ...['Deployment', 'ReplicaSet', 'DaemonSet'].map((kind) => ({ path: 'spec/selector/matchLabels', create: true, kind })),
  { path: 'spec/selector/matchLabels', create: true, group: 'apps', kind: 'StatefulSet' },
  ...['Deployment', 'StatefulSet'].flatMap((kind) =>
    PLACEMENT.map((path) => ({ path: `spec/template/spec/${path}/labelSelector/matchLabels`, group: 'apps', kind })),
  ),
  { path: 'spec/selector/matchLabels', group: 'batch', kind: 'Job' },
  { path: 'spec/jobTemplate/spec/selector/matchLabels', group: 'batch', kind: 'CronJob' },
  { path: 'spec/selector/matchLabels', group: 'policy', kind: 'PodDisruptionBudget' },
  ...['spec/podSelector', 'spec/ingress/from/podSelector', 'spec/egress/to/podSelector'].map((path) => ({
    path: `${path}/matchLabels`,
    group: 'networking.k8s.io',
    kind: 'NetworkPolicy',
  })),
];

export const REPLICAS: readonly FieldSpec[] = ['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController'].map((kind) => ({
  path: 'spec/replicas',
  create: true,
  kind,
}));
