// Names that changed are changed where other resources say them: which fields those are, and which resource of several is meant.
import { KustomizeError } from './fail.ts';
import { atPath, fieldPath } from './field-path.ts';
import { selected } from './field-specs.ts';
import {
  type Fields,
  type Id,
  idOf,
  isClusterScoped,
  isFields,
  metadataOf,
  originalId,
  type Resource,
  sameNamespace,
  shownId,
} from './resource.ts';

interface Reference {
  /** The kind that is meant. */
  kind: string;
  group?: string;
  /** In resources of this kind … */
  inKind: string;
  inGroup?: string;
  /** … this field holds the name, or a map (or list of maps) with `name` and `namespace`. */
  path: string;
}

const POD_SPECS: Readonly<Record<string, string>> = {
  Pod: 'spec',
  PodTemplate: 'template/spec',
  Deployment: 'spec/template/spec',
  ReplicaSet: 'spec/template/spec',
  DaemonSet: 'spec/template/spec',
  StatefulSet: 'spec/template/spec',
  Job: 'spec/template/spec',
  CronJob: 'spec/jobTemplate/spec/template/spec',
};
/** Kinds whose Pods are looked at for accounts, claims and priorities too. */
const RUNNING: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ ...POD_SPECS, ReplicationController: 'spec/template/spec' }).filter(
    ([kind]) => !['PodTemplate', 'ReplicaSet'].includes(kind),
  ),
);

const inPods = (kind: string, paths: readonly string[], pods = POD_SPECS): Reference[] =>
  Object.entries(pods).flatMap(([inKind, at]) => paths.map((path) => ({ kind, inKind, path: `${at}/${path}` })));

const envs = (ref: string): string[] =>
  ['containers', 'initContainers'].flatMap((list) => [`${list}/env/valueFrom/${ref}KeyRef/name`, `${list}/envFrom/${ref}Ref/name`]);

const NGINX = 'metadata/annotations/nginx.ingress.kubernetes.io\\/';

const REFERENCES: readonly Reference[] = [
  ...['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'].map((kind) => ({
    kind,
    inKind: 'HorizontalPodAutoscaler',
    path: 'spec/scaleTargetRef/name',
  })),
  ...inPods('ConfigMap', ['volumes/configMap/name', 'volumes/projected/sources/configMap/name', ...envs('configMap')]),
  { kind: 'ConfigMap', inKind: 'Node', path: 'spec/configSource/configMap' },
  { kind: 'ConfigMap', inKind: 'Ingress', path: `${NGINX}fastcgi-params-configmap` },
  ...inPods('Secret', ['volumes/secret/secretName', 'imagePullSecrets/name', 'volumes/projected/sources/secret/name', ...envs('secret')]),
  { kind: 'Secret', inKind: 'Ingress', path: 'spec/tls/secretName' },
  { kind: 'Secret', inKind: 'Ingress', path: 'metadata/annotations/ingress.kubernetes.io\\/auth-secret' },
  { kind: 'Secret', inKind: 'Ingress', path: `${NGINX}auth-secret` },
  { kind: 'Secret', inKind: 'Ingress', path: `${NGINX}auth-tls-secret` },
  { kind: 'Secret', inKind: 'ServiceAccount', path: 'imagePullSecrets/name' },
  ...['secretName', 'adminSecretName', 'userSecretName', 'secretRef'].map((field) => ({
    kind: 'Secret',
    inKind: 'StorageClass',
    path: `parameters/${field}`,
  })),
  { kind: 'Secret', inKind: 'PersistentVolume', path: 'spec/azureFile/secretName' },
  ...['ConfigMap', 'Secret'].flatMap((kind) => ['Role', 'ClusterRole'].map((inKind) => ({ kind, inKind, path: 'rules/resourceNames' }))),
  { kind: 'Service', inKind: 'StatefulSet', inGroup: 'apps', path: 'spec/serviceName' },
  ...[
    'spec/rules/http/paths/backend/serviceName',
    'spec/backend/serviceName',
    'spec/rules/http/paths/backend/service/name',
    'spec/defaultBackend/service/name',
  ].map((path) => ({ kind: 'Service', inKind: 'Ingress', path })),
  { kind: 'Service', inKind: 'APIService', path: 'spec/service/name' },
  ...['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((inKind) => ({
    kind: 'Service',
    inKind,
    path: 'webhooks/clientConfig/service',
  })),
  { kind: 'Role', group: 'rbac.authorization.k8s.io', inKind: 'RoleBinding', path: 'roleRef/name' },
  { kind: 'ClusterRole', group: 'rbac.authorization.k8s.io', inKind: 'RoleBinding', path: 'roleRef/name' },
  { kind: 'ClusterRole', group: 'rbac.authorization.k8s.io', inKind: 'ClusterRoleBinding', path: 'roleRef/name' },
  { kind: 'ServiceAccount', inKind: 'RoleBinding', path: 'subjects' },
  { kind: 'ServiceAccount', inKind: 'ClusterRoleBinding', path: 'subjects' },
  ...inPods('ServiceAccount', ['serviceAccountName'], RUNNING),
  ...inPods('PersistentVolumeClaim', ['volumes/persistentVolumeClaim/claimName'], RUNNING),
  { kind: 'PersistentVolume', inKind: 'PersistentVolumeClaim', path: 'spec/volumeName' },
  { kind: 'PersistentVolume', inKind: 'ClusterRole', path: 'rules/resourceNames' },
  ...['PersistentVolume', 'PersistentVolumeClaim'].map((inKind) => ({ kind: 'StorageClass', inKind, path: 'spec/storageClassName' })),
  { kind: 'StorageClass', inKind: 'StatefulSet', path: 'spec/volumeClaimTemplates/spec/storageClassName' },
  ...inPods('PriorityClass', ['priorityClassName'], RUNNING),
  { kind: 'ValidatingAdmissionPolicy', inKind: 'ValidatingAdmissionPolicyBinding', path: 'spec/policyName' },
];

export function fixReferences(resources: readonly Resource[]): void {
  for (const reference of REFERENCES) {
    for (const referrer of resources) {
      const { kind, group } = originalId(referrer);
      if (kind !== reference.inKind || (reference.inGroup && reference.inGroup !== group)) continue;
      atPath(referrer.object, fieldPath(reference.path), false, (holder, field) => {
        holder[field] = fixed(holder[field], reference, referrer, resources);
      });
    }
  }
}

function fixed(value: unknown, reference: Reference, referrer: Resource, resources: readonly Resource[]): unknown {
  if (typeof value === 'string') {
    const found = referral(value, reference, referrer, resources);
    return found ? metadataOf(found).name : value;
  }
  if (Array.isArray(value)) return value.map((item) => fixed(item, reference, referrer, resources));
  return isFields(value) && typeof value.name === 'string' ? fixedMap(value, value.name, reference, referrer, resources) : value;
}

function fixedMap(value: Fields, name: string, reference: Reference, referrer: Resource, resources: readonly Resource[]): Fields {
  let candidates = resources;
  if (value.namespace !== undefined) {
    const original = resources.filter((one) => (originalId(one).namespace || 'default') === value.namespace);
    candidates = original.length > 0 ? original : resources.filter((one) => (idOf(one).namespace || 'default') === value.namespace);
  }
  const found = referral(name, reference, referrer, candidates);
  if (!found) return value;
  const now = idOf(found);
  return { ...value, name: now.name, ...(now.namespace ? { namespace: now.namespace } : {}) };
}

/** Sieves the resources that once had the name until one is left. */
function referral(name: string, reference: Reference, referrer: Resource, resources: readonly Resource[]): Resource | undefined {
  const here = idOf(referrer);
  const ref = referrer.object.roleRef;
  const wanted =
    reference.path === 'roleRef/name' && isFields(ref) ? { group: String(ref.apiGroup ?? ''), kind: String(ref.kind ?? '') } : reference;
  const visible = (id: Id): boolean =>
    isClusterScoped(here) || isClusterScoped(id) || id.kind === 'ServiceAccount' || sameNamespace(here, id);
  let found = resources.filter(
    (one) =>
      one.previous.some((id) => id.name === name) &&
      one.previous.some((id) => selected({ kind: reference.kind, ...(reference.group ? { group: reference.group } : {}) }, id)) &&
      one.previous.some((id) => selected(wanted === reference ? {} : wanted, id)) &&
      visible(idOf(one)),
  );
  if (found.length <= 1) return found[0];
  found = found.filter((one) => sameAffixes(one, referrer, true));
  if (found.length > 1) found = found.filter((one) => sameAffixes(one, referrer, false));
  const [first] = found;
  if (first && found.every((one) => idOf(one).name === idOf(first).name)) return first;
  if (first) throw new KustomizeError(`found multiple possible referrals: ${found.map((one) => shownId(idOf(one))).join(', ')}`);
  return undefined;
}

function sameAffixes(a: Resource, b: Resource, allowEmpty: boolean): boolean {
  return (['prefixes', 'suffixes'] as const).every((where) => {
    const [x, y] = [a[where], b[where]];
    if (allowEmpty && (x.length === 0 || y.length === 0)) return true;
    const length = Math.min(x.length, y.length);
    return x.slice(x.length - length).join('\n') === y.slice(y.length - length).join('\n') && (length > 0 || x.length === y.length);
  });
}
