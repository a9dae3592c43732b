// Who owns what the cluster's own components have written. They write much and nobody asks, so it is not kept with their objects but
// derived when somebody does: what they made belongs to who makes such objects, and a status to who reports it.
import type { V1ManagedFieldsEntry } from '../api/generated/types.ts';
import { deepFreeze } from '../machinery/freeze.ts';
import type { KubeObject } from '../machinery/object.ts';
import { fieldTree, fromFieldsV1 } from './field-sets.ts';
import { type Application, contentTree, entryOf, inOrder, treeEntry, typeOf } from './manager-entries.ts';
import type { Resource } from './resource.ts';

const known = new WeakMap<KubeObject, KubeObject>();

/** The object with all its managers. The same object gives the same answer. */
export function withDerived(object: KubeObject, resource: Resource): KubeObject {
  const found = known.get(object);
  if (found) return found;
  const stored = object.metadata.managedFields ?? [];
  const entries = inOrder([...(stored.length > 0 ? stored : creation(object, resource)), ...report(object, resource, stored)]);
  const shown = entries.length > 0 ? deepFreeze({ ...object, metadata: { ...object.metadata, managedFields: entries } }) : object;
  known.set(object, shown);
  return shown;
}

/** Those that are kept with the object, or would be if a component had made it as people do. */
export function recordedManagers(object: KubeObject, resource: Resource): readonly V1ManagedFieldsEntry[] {
  const stored = object.metadata.managedFields;
  return stored?.length ? stored : creation(object, resource);
}

/** True for what is never kept: whose report a status is. */
export const isReport = ({ manager, operation, subresource }: V1ManagedFieldsEntry, { custom, kind }: Resource): boolean =>
  !custom && subresource === 'status' && operation === 'Update' && manager === REPORTERS[kind.names.kind];

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
  const tree = contentTree(object, resource);
  if (resource.kind.resource === 'pods') dropAdmitted(tree['f:spec'] as Tree | undefined);
  if (Object.keys(tree).length === 0) return [];
  return [treeEntry(resource, application(manager, String(object.metadata.creationTimestamp)), 'Update', tree)];
}

type Tree = Record<string, Record<string, unknown>>;

const application = (manager: string, time: string, subresource = ''): Application => ({
  manager,
  force: false,
  subresource,
  time,
});

/** What admission and the scheduler add to a Pod belongs to nobody. */
const ADDED = ['f:nodeName', 'f:tolerations', 'f:serviceAccount', 'f:serviceAccountName', 'f:priority', 'f:preemptionPolicy'];
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount';

function dropAdmitted(spec: Tree | undefined): void {
  if (!spec) return;
  for (const field of ADDED) delete spec[field];
  dropItems(spec, 'f:volumes', (item) => item.includes('"kube-api-access-'));
  for (const list of ['f:containers', 'f:initContainers']) {
    for (const container of Object.values(spec[list] ?? {})) dropItems(container as Tree, 'f:volumeMounts', (item) => item.includes(TOKEN));
  }
}

/** A list that is empty then was made by whoever made what was in it. */
function dropItems(parent: Tree, list: string, isAdded: (item: string) => boolean): void {
  const items = parent[list];
  if (!items) return;
  for (const item of Object.keys(items)) if (isAdded(item)) delete items[item];
  if (Object.keys(items).every((item) => item === '.')) delete parent[list];
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
const REVISION = 'f:deployment.kubernetes.io/revision';

function report(object: KubeObject, resource: Resource, stored: readonly V1ManagedFieldsEntry[]): V1ManagedFieldsEntry[] {
  const manager = resource.custom ? undefined : REPORTERS[object.kind];
  const status = object.status as Record<string, unknown> | undefined;
  if (!manager || !status || Object.keys(status).length === 0) return [];
  const tree = fieldTree({ status }, typeOf(resource)) as Record<string, Tree>;
  if (object.kind === 'Pod') dropUnreported(tree['f:status']);
  if (object.kind === 'Deployment' && stored.length > 0) addRevision(tree, object, stored);
  const time = latest(status) || String(object.metadata.creationTimestamp);
  const by = application(manager, time, 'status');
  const others = stored.map(({ fieldsV1 }) => fieldsV1 as Tree | undefined).filter((fields) => fields?.['f:status']);
  if (others.length === 0) return [treeEntry(resource, by, 'Update', tree)];
  const fields = fromFieldsV1(tree);
  for (const other of others) for (const path of fromFieldsV1(other)) fields.delete(path);
  return fields.size === 0 ? [] : [entryOf(resource, by, 'Update', fields)];
}

/** What a Pod's status has before any kubelet knows of it: its class, a condition, and the list that came with it. */
function dropUnreported(status: Tree | undefined): void {
  if (!status) return;
  delete status['f:qosClass'];
  const conditions = status['f:conditions'];
  delete conditions?.['.'];
  delete conditions?.['k:{"type":"PodScheduled"}'];
  if (conditions && Object.keys(conditions).length === 0) delete status['f:conditions'];
}

/** Deployments are told their revision together with their status. */
function addRevision(tree: Record<string, Tree>, { metadata }: KubeObject, stored: readonly V1ManagedFieldsEntry[]): void {
  if (metadata.annotations?.['deployment.kubernetes.io/revision'] === undefined) return;
  const others = stored.map(({ fieldsV1 }) => (fieldsV1 as Record<string, Tree> | undefined)?.['f:metadata']?.['f:annotations']);
  if (others.some((annotations) => annotations?.[REVISION])) return;
  const isMade = !others.some((annotations) => annotations?.['.']);
  tree['f:metadata'] = { 'f:annotations': { ...(isMade ? { '.': {} } : {}), [REVISION]: {} } };
}

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
