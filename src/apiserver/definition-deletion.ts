// Plays apiextensions-apiserver's finalizer: a definition goes when its objects are gone, and it takes them with it.
import { rfc3339 } from '../machinery/clock.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { ApiServerDeps } from './context.ts';
import { deleteObject } from './deletion.ts';
import { type Resource, resourceOf } from './resource.ts';
import type { Entry, Storage } from './storage.ts';

export const DEFINITION_RESOURCE = 'customresourcedefinitions.apiextensions.k8s.io';
export const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

/** Asks for the deletion of every object that the definition serves; true when none is left. */
export function deleteInstances(storage: Storage, deps: ApiServerDeps, definition: KubeObject): boolean {
  const resource = instancesOf(definition);
  let left = false;
  for (const entry of [...storage.range(resource, '')]) if (!deleteObject(storage, deps, resource, entry, {}, false).removed) left = true;
  return !left;
}

/** The definition, held by its cleanup finalizer while objects of it are left. */
export function terminating(definition: KubeObject, deps: ApiServerDeps): KubeObject {
  const status = (definition.status ?? {}) as { conditions?: { type: string }[] };
  const condition = {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionInProgress',
    message: 'CustomResource deletion is in progress',
    lastTransitionTime: rfc3339(deps.clock.now()),
  };
  const finalizers = new Set([...(definition.metadata.finalizers ?? []), CLEANUP]);
  return {
    ...definition,
    metadata: { ...definition.metadata, finalizers: [...finalizers] },
    status: { ...status, conditions: [...(status.conditions ?? []).filter(({ type }) => type !== 'Terminating'), condition] },
  };
}

/** After an object went: lets go of its definition when that waited for it. */
export function releaseDefinition(storage: Storage, definitions: Resource, name: string): void {
  const entry: Entry | undefined = storage.get(definitions, '', name);
  if (!entry?.value.metadata.deletionTimestamp || storage.count(instancesOf(entry.value), '') > 0) return;
  const finalizers = (entry.value.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP);
  if (finalizers.length === 0) storage.delete(definitions, entry);
  else storage.update(definitions, entry, { ...entry.value, metadata: { ...entry.value.metadata, finalizers } });
}

function instancesOf(definition: KubeObject): Resource {
  const { group, names, scope } = definition.spec as { group: string; names: { plural: string; kind: string }; scope: string };
  return resourceOf(
    {
      names: {
        group,
        version: '',
        kind: names.kind,
        plural: names.plural,
        singular: '',
        shortNames: [],
        categories: [],
        namespaced: scope === 'Namespaced',
        verbs: [],
        subresources: [],
      },
      resource: `${names.plural}.${group}`,
      etcdPrefix: `/registry/${group}/${names.plural}/`,
      strategy: {},
    },
    definition,
  );
}
