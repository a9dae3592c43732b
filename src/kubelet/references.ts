// Plays the kubelet's ConfigMap and Secret managers: which Pods of which nodes look at an object, so that a change of it finds them.
import type { Pod } from '../api/core/pod.ts';
import type { ObjectEvent } from '../machinery/loop.ts';
import type { Store } from '../machinery/store.ts';
import { allContainers, type PodRecord } from './record.ts';

type Resource = 'configmaps' | 'secrets';

const PREFIX = '/kubemu/kubelet/.references/';

const keyOf = (resource: Resource, namespace: string, name: string): string => `${PREFIX}${resource}/${namespace}/${name}/`;

/** Notes what a Pod refers to. */
export function noteReferences(store: Store, node: string, pod: Pod): void {
  const namespace = pod.metadata.namespace ?? 'default';
  for (const [resource, name] of referencesOf(pod)) store.put(`${keyOf(resource, namespace, name)}${node}/${pod.metadata.name}`, 1);
}

export function forgetReferences(store: Store, node: string, pod: Pod | undefined, record: PodRecord): void {
  if (!pod) {
    const suffix = `/${node}/${record.name}`;
    for (const resource of ['configmaps', 'secrets']) {
      for (const key of [...store.keys(`${PREFIX}${resource}/${record.namespace}/`)]) if (key.endsWith(suffix)) store.delete(key);
    }
    return;
  }
  for (const [resource, name] of referencesOf(pod)) store.delete(`${keyOf(resource, record.namespace, name)}${node}/${record.name}`);
}

/** The keys of the Pods that look at an object that has changed. */
export function* readersOf(store: Store, resource: Resource, { object }: ObjectEvent): Generator<string> {
  const namespace = object.metadata.namespace ?? 'default';
  const prefix = keyOf(resource, namespace, object.metadata.name);
  for (const key of [...store.keys(prefix)]) {
    const [node = '', pod = ''] = key.slice(prefix.length).split('/');
    yield `${node}/${namespace}/${pod}#refresh`;
  }
}

function* referencesOf(pod: Pod): Generator<[Resource, string]> {
  for (const { configMap, secret, projected } of pod.spec.volumes ?? []) {
    if (configMap?.name) yield ['configmaps', configMap.name];
    if (secret?.secretName) yield ['secrets', secret.secretName];
    for (const source of projected?.sources ?? []) {
      if (source.configMap?.name) yield ['configmaps', source.configMap.name];
      if (source.secret?.name) yield ['secrets', source.secret.name];
    }
  }
  for (const { env = [], envFrom = [] } of allContainers(pod)) {
    for (const { configMapRef, secretRef } of envFrom) {
      if (configMapRef?.name) yield ['configmaps', configMapRef.name];
      if (secretRef?.name) yield ['secrets', secretRef.name];
    }
    for (const { valueFrom } of env) {
      if (valueFrom?.configMapKeyRef?.name) yield ['configmaps', valueFrom.configMapKeyRef.name];
      if (valueFrom?.secretKeyRef?.name) yield ['secrets', valueFrom.secretKeyRef.name];
    }
  }
}
