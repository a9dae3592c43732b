// Plays rest.BeforeDelete and the generic registry's Delete: preconditions, grace, finalizers and propagation.
import { parseTime, rfc3339, seconds } from '../machinery/clock.ts';
import type { KubeObject } from '../machinery/object.ts';
import { invalid } from '../machinery/status.ts';
import type { ApiServerDeps } from './context.ts';
import { checkPreconditions } from './metadata.ts';
import { modified } from './modified.ts';
import type { Resource } from './resource.ts';
import type { Entry, Storage } from './storage.ts';

export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: string;
  orphanDependents?: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun?: readonly string[];
}

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** `removed` when the object is gone, else it is marked and somebody has to let it go. */
export interface Deletion {
  removed: boolean;
  object: KubeObject;
}

export function deleteObject(
  storage: Storage,
  deps: ApiServerDeps,
  resource: Resource,
  entry: Entry,
  options: DeleteOptions,
  dryRun: boolean,
): Deletion {
  const old = entry.value;
  checkPreconditions(old, resource, options.preconditions?.uid, options.preconditions?.resourceVersion);
  checkOptions(options);
  const grace = graceOf(resource, old, options);
  const finalizers = finalizersAfter(old, options);
  const pending = finalizers.length > 0 || holdsContent(old);
  if (grace === 0 && !pending) {
    if (!dryRun && !storage.delete(resource, entry)) throw modified(resource, old.metadata.name);
    return { removed: true, object: old };
  }

  const { metadata } = old;
  const already = metadata.deletionTimestamp !== undefined;
  const before = metadata.deletionGracePeriodSeconds;
  // A second deletion can only shorten the grace that the first one gave.
  if (already && (before === undefined || grace >= before) && sameList(finalizers, metadata.finalizers))
    return { removed: false, object: old };

  const since = already ? parseTime(String(metadata.deletionTimestamp)) - seconds(before ?? 0) : deps.clock.now();
  const marked: KubeObject = {
    ...old,
    metadata: {
      ...metadata,
      deletionTimestamp: rfc3339(Math.max(since + seconds(grace), already ? 0 : deps.clock.now())) as never,
      ...(resource.kind.resource === 'namespaces' ? {} : { deletionGracePeriodSeconds: grace }),
      ...(metadata.generation !== undefined && !already ? { generation: metadata.generation + 1 } : {}),
    },
  };
  if (finalizers.length) marked.metadata.finalizers = finalizers;
  else delete marked.metadata.finalizers;
  if (resource.kind.resource === 'namespaces') marked.status = { ...(old.status as object), phase: 'Terminating' };
  if (dryRun) return { removed: false, object: marked };
  const stored = storage.update(resource, entry, marked);
  if (!stored) throw modified(resource, metadata.name);
  return { removed: false, object: stored };
}

function checkOptions(options: DeleteOptions): void {
  const { propagationPolicy: policy, orphanDependents } = options;
  if (policy !== undefined && orphanDependents !== undefined) {
    throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [
      {
        reason: 'FieldValueInvalid',
        field: 'propagationPolicy',
        message: `Invalid value: "${policy}": orphanDependents and deletionPropagation cannot be both set`,
      },
    ]);
  }
  if (policy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(policy)) {
    throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [
      {
        reason: 'FieldValueNotSupported',
        field: 'propagationPolicy',
        message: `Unsupported value: "${policy}": supported values: "Foreground", "Background", "Orphan", "nil"`,
      },
    ]);
  }
}

/** Seconds of grace; 0 for kinds without, for Pods on no node and for finished ones. */
function graceOf(resource: Resource, object: KubeObject, options: DeleteOptions): number {
  const { gracefulDeletion } = resource.kind.strategy;
  if (!gracefulDeletion) return 0;
  const given = options.gracePeriodSeconds ?? gracefulDeletion(object);
  if (resource.kind.resource === 'pods') {
    const { nodeName } = object.spec as { nodeName?: string };
    const { phase } = (object.status ?? {}) as { phase?: string };
    if (!nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
  }
  return given < 0 ? 1 : given;
}

function finalizersAfter(object: KubeObject, options: DeleteOptions): string[] {
  const own = object.metadata.finalizers ?? [];
  let orphan = own.includes(ORPHAN);
  let foreground = own.includes(FOREGROUND);
  if (options.orphanDependents !== undefined) {
    orphan = options.orphanDependents;
    foreground = false;
  } else if (options.propagationPolicy !== undefined) {
    orphan = options.propagationPolicy === 'Orphan';
    foreground = options.propagationPolicy === 'Foreground';
  }
  const others = own.filter((name) => name !== ORPHAN && name !== FOREGROUND);
  return [...others, ...(orphan ? [ORPHAN] : []), ...(foreground ? [FOREGROUND] : [])];
}

/** A Namespace goes when its spec's finalizers are gone. */
function holdsContent(object: KubeObject): boolean {
  if (object.kind !== 'Namespace' || object.apiVersion !== 'v1') return false;
  return Boolean((object.spec as { finalizers?: readonly string[] } | undefined)?.finalizers?.length);
}

function sameList(a: readonly string[], b: readonly string[] = []): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}
