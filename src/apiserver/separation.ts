// Which fields a write through a subresource may change; everything else stays as it is stored.
import type { V1Container, V1PodSpec } from '../api/generated/types.ts';
import { thaw } from '../machinery/freeze.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { Resource } from './resource.ts';

export function separate(draft: KubeObject, old: KubeObject, resource: Resource, subresource: string): void {
  switch (subresource) {
    case '':
      if (!resource.hasStatus) return;
      keepField(draft, old, 'status');
      if (resource.kind.resource === 'namespaces') keepFinalizers(draft, old);
      return;
    case 'status':
    case 'approval':
      onlyStatus(draft, old);
      return;
    case 'finalize':
      onlySpec(draft, old, { finalizers: (draft.spec as { finalizers?: string[] } | undefined)?.finalizers });
      return;
    case 'ephemeralcontainers': {
      const { ephemeralContainers } = (draft.spec ?? {}) as { ephemeralContainers?: unknown };
      onlySpec(draft, old, { ephemeralContainers });
      return;
    }
    case 'resize':
      onlySpec(draft, old, resized(draft.spec as V1PodSpec, old.spec as V1PodSpec));
  }
}

function keepField(draft: KubeObject, old: KubeObject, field: string): void {
  if (old[field] === undefined) delete draft[field];
  else draft[field] = old[field];
}

/** A Namespace's finalizers change through `finalize` alone. */
function keepFinalizers(draft: KubeObject, old: KubeObject): void {
  const { finalizers } = (old.spec ?? {}) as { finalizers?: readonly string[] };
  if (draft.spec !== old.spec) draft.spec = { ...(draft.spec as object), finalizers };
}

/** Labels and annotations may come with a status; owners may not. */
function onlyStatus(draft: KubeObject, old: KubeObject): void {
  for (const field of Object.keys(draft)) if (field !== 'metadata' && field !== 'status') keepField(draft, old, field);
  for (const field of Object.keys(old)) if (field !== 'metadata' && field !== 'status') keepField(draft, old, field);
  if (old.metadata.ownerReferences) draft.metadata.ownerReferences = old.metadata.ownerReferences;
  else delete draft.metadata.ownerReferences;
}

function onlySpec(draft: KubeObject, old: KubeObject, changes: object): void {
  for (const field of new Set([...Object.keys(draft), ...Object.keys(old)])) if (field !== 'metadata') keepField(draft, old, field);
  draft.metadata = thaw({ ...old.metadata, resourceVersion: draft.metadata.resourceVersion });
  draft.spec = thaw({ ...(old.spec as object), ...changes });
}

function resized(spec: V1PodSpec, old: V1PodSpec): Partial<V1PodSpec> {
  const sizes = (list: readonly V1Container[] | undefined, before: readonly V1Container[]): V1Container[] =>
    before.map((container) => {
      const now = list?.find(({ name }) => name === container.name);
      if (!now) return container;
      return { ...container, resources: now.resources, resizePolicy: now.resizePolicy ?? container.resizePolicy };
    });
  return {
    containers: sizes(spec?.containers, old.containers),
    ...(old.initContainers ? { initContainers: sizes(spec?.initContainers, old.initContainers) } : {}),
  };
}
