// The order of the result: kinds that others need come first (kustomize's legacy order).
import type { Kustomization } from './kustomization.ts';
import { type Id, idOf, type Resource } from './resource.ts';

const FIRST = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

export function inOrder(resources: readonly Resource[], options: Kustomization['sortOptions']): Resource[] {
  if (options?.order === 'fifo') return [...resources];
  const first = options?.legacySortOptions?.orderFirst ?? FIRST;
  const last = options?.legacySortOptions?.orderLast ?? LAST;
  const rank = ({ kind }: Id): number => (first.includes(kind) ? first.indexOf(kind) - first.length : last.indexOf(kind) + 1);
  return resources
    .map((resource) => ({ resource, id: idOf(resource) }))
    .sort((a, b) => rank(a.id) - rank(b.id) || compare(typeText(a.id), typeText(b.id)) || compare(nameText(a.id), nameText(b.id)))
    .map(({ resource }) => resource);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const typeText = ({ group, version, kind }: Id): string => [group || '~G', version || '~V', kind || '~K'].join('_');
const nameText = ({ namespace, name }: Id): string => [namespace || '~X', name || '~N'].join('|');
