// Who owns what the cluster's own components have written. They write much and nobody asks, so it is not kept with their objects but
// derived when somebody does: what they made belongs to who makes such objects, and a status to who reports it.
import type { V1ManagedFieldsEntry } from '../api/generated/types.ts';
import type { KubeObject } from '../machinery/object.ts';
import { elements, fieldsOf, fromFieldsV1, isWithin } from './field-sets.ts';
import { type Application, entryOf, inOrder, typeOf, wantedFields } from './manager-entries.ts';
import type { Resource } from './resource.ts';

const known = new WeakMap<KubeObject, KubeObject>();

/** The object with all its managers. The same object gives the same answer. */
export function withDerived(object: KubeObject, resource: Resource): KubeObject {
  const found = known.get(object);
  if (found) return found;
  const stored = object.metadata.managedFields ?? [];
  const entries = inOrder([...(stored.length > 0 ? stored : creation(object, resource)), ...report(object, resource, stored)]);
  const shown = entries.length > 0 ? { ...object, metadata: { ...object.metadata, managedFields: entries } } : object;
  known.set(object, shown);
  return shown;
}

const MANAGER = 'kube-controller-manager';
const SERVER = 'kube-apiserver';
const OF_MANAGER = new Set(['Endpoints', 'EndpointSlice', 'PersistentVolume', 'ControllerRevision']);
const OF_SERVER = new Set(['FlowSchema', 'PriorityLevelConfiguration', 'PriorityClass', 'IPAddress', 'ServiceCIDR', 'APIService']);
const OF_KUBELET = new Set(['Node', 'CSINode']);

/** Who makes such objects; empty where that could be anybody, since what people make says so itself. */
function creatorOf(object: KubeObject): string {
  const { kind, metadata } = object;
  const { labels, annotations, namespace, name, ownerReferences } = metadata;
  if (OF_KUBELET.has(kind) || namespace === 'kube-node-lease' || annotations?.['kubernetes.io/config.mirror']) return 'kubelet';
  if (kind === 'Event') return (object.source as { component?: string } | undefined)?.component ?? String(object.reportingComponent ?? '');
  if (ownerReferences?.some(({ controller }) => controller) || OF_MANAGER.has(kind)) return MANAGER;
  if (OF_SERVER.has(kind) || labels?.['kubernetes.io/bootstrapping'] || (namespace === 'default' && name === 'kubernetes')) return SERVER;
  if (kind === 'Namespace' || kind === 'Lease') return kind === 'Lease' ? name : SERVER;
  if (name === 'kube-root-ca.crt' || (kind === 'ServiceAccount' && (name === 'default' || name.endsWith('-controller')))) return MANAGER;
  return namespace === undefined || namespace.startsWith('kube-') || namespace === 'local-path-storage' ? 'kubeadm' : '';
}

function creation(object: KubeObject, resource: Resource): V1ManagedFieldsEntry[] {
  const manager = creatorOf(object);
  if (!manager) return [];
  const { status: _status, ...content } = object;
  const fields = wantedFields((resource.hasStatus ? content : object) as KubeObject, typeOf(resource), true);
  if (resource.kind.resource === 'pods') for (const path of [...fields]) if (isOfAdmission(path)) fields.delete(path);
  if (fields.size === 0) return [];
  return [entryOf(resource, application(manager, String(object.metadata.creationTimestamp)), 'Update', fields)];
}

const application = (manager: string, time: string, subresource = ''): Application => ({
  manager,
  force: false,
  subresource,
  time,
});

/** What admission and the scheduler add to a Pod belongs to nobody. */
const ADDED = new Set(['f:nodeName', 'f:tolerations', 'f:serviceAccount', 'f:serviceAccountName', 'f:priority', 'f:preemptionPolicy']);

function isOfAdmission(path: string): boolean {
  const [top = '', field = '', ...rest] = elements(path);
  if (top !== 'f:spec') return false;
  if (ADDED.has(field)) return true;
  if (field === 'f:volumes') return rest.length === 0 || rest[0]?.includes('"kube-api-access-') === true;
  if (rest[1] !== 'f:volumeMounts') return false;
  return rest.length === 2 || rest[2]?.includes('/var/run/secrets/kubernetes.io/serviceaccount') === true;
}

/** Who reports the status of such objects. */
const REPORTERS: Readonly<Record<string, string>> = {
  Pod: 'kubelet',
  Node: 'kubelet',
  CustomResourceDefinition: SERVER,
  APIService: SERVER,
  FlowSchema: 'api-priority-and-fairness-config-consumer-v1',
  Deployment: MANAGER,
  ReplicaSet: MANAGER,
  StatefulSet: MANAGER,
  DaemonSet: MANAGER,
  ReplicationController: MANAGER,
  Job: MANAGER,
  CronJob: MANAGER,
  HorizontalPodAutoscaler: MANAGER,
  PodDisruptionBudget: MANAGER,
  PersistentVolumeClaim: MANAGER,
  PersistentVolume: MANAGER,
  ResourceQuota: MANAGER,
  ServiceCIDR: MANAGER,
};
const REVISION = 'f:metadata\nf:annotations\nf:deployment.kubernetes.io/revision';

function report(object: KubeObject, resource: Resource, stored: readonly V1ManagedFieldsEntry[]): V1ManagedFieldsEntry[] {
  const manager = resource.custom ? undefined : REPORTERS[object.kind];
  const status = object.status as Record<string, unknown> | undefined;
  if (!manager || !status || Object.keys(status).length === 0) return [];
  const fields = fieldsOf({ status }, typeOf(resource), '', new Set(), true);
  if (object.kind === 'Deployment' && stored.length > 0 && object.metadata.annotations?.['deployment.kubernetes.io/revision']) {
    fields.add(REVISION);
    fields.add('f:metadata\nf:annotations');
  }
  if (object.kind === 'Pod') for (const path of [...fields]) if (isOfServer(path)) fields.delete(path);
  for (const { fieldsV1 } of stored) for (const path of fromFieldsV1(fieldsV1)) fields.delete(path);
  if (fields.size === 0) return [];
  const time = latest(status) || String(object.metadata.creationTimestamp);
  return [entryOf(resource, application(manager, time, 'status'), 'Update', fields)];
}

/** What a Pod's status has before any kubelet knows of it: its class, a condition, and the list that came with it. */
const isOfServer = (path: string): boolean =>
  path === 'f:status\nf:conditions' ||
  path === 'f:status\nf:qosClass' ||
  isWithin(path, 'f:status\nf:conditions\nk:{"type":"PodScheduled"}');

/** The last instant that a status tells of. */
function latest(value: unknown): string {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) ? value : '';
  if (typeof value !== 'object' || value === null) return '';
  let last = '';
  for (const one of Object.values(value)) {
    const at = latest(one);
    if (at > last) last = at;
  }
  return last;
}
