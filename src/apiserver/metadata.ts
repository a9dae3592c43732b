// Plays apiserver/pkg/registry/rest: what the server itself does with an object's metadata, before and apart from its strategy.
import { rfc3339 } from '../machinery/clock.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { Random } from '../machinery/random.ts';
import { badRequest, conflict, failure } from '../machinery/status.ts';
import type { ApiServerDeps } from './context.ts';
import { occasion } from './occasion.ts';
import type { RequestInfo } from './request-info.ts';
import type { Resource } from './resource.ts';

/** A generated name keeps this much of `generateName`. */
const MAX_GENERATED_BASE = 63 - 5;

/** Agrees name and namespace of a body with those of the URL. */
export function matchRequest(draft: KubeObject, resource: Resource, info: RequestInfo): void {
  const { metadata } = draft;
  if (info.name) {
    if (!metadata.name) metadata.name = info.name;
    else if (metadata.name !== info.name) {
      throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${info.name})`);
    }
  }
  if (!resource.namespaced) {
    if (metadata.namespace) delete metadata.namespace;
  } else if (!metadata.namespace) metadata.namespace = info.namespace;
  else if (metadata.namespace !== info.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** rest.BeforeCreate: the identity of a new object. */
export function fillSystemFields(draft: KubeObject, resource: Resource, deps: ApiServerDeps): void {
  const { metadata } = draft;
  const counter = occasion(deps);
  if (!metadata.name && metadata.generateName)
    metadata.name = generatedName(metadata.generateName, metadata.namespace, resource, deps.random, counter);
  metadata.uid = deps.random.uuid('uid', `${resource.kind.resource}/${metadata.namespace ?? ''}/${metadata.name}`, counter);
  metadata.creationTimestamp = rfc3339(deps.clock.now()) as KubeObject['metadata']['creationTimestamp'];
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.selfLink;
  if (resource.hasGeneration) metadata.generation = 1;
  else delete metadata.generation;
}

/** Another draw for a generated name that is taken. */
export function regenerateName(draft: KubeObject, resource: Resource, deps: ApiServerDeps, attempt: number): void {
  const { generateName = '', namespace } = draft.metadata;
  draft.metadata.name = generatedName(generateName, namespace, resource, deps.random, occasion(deps) + attempt * 1_000_003);
}

function generatedName(base: string, namespace: string | undefined, resource: Resource, random: Random, counter: number): string {
  return base.slice(0, MAX_GENERATED_BASE) + random.suffix('generateName', `${resource.kind.resource}/${namespace ?? ''}/${base}`, counter);
}

/** rest.BeforeUpdate: what an update may not touch stays; preconditions hold. */
export function keepSystemFields(draft: KubeObject, old: KubeObject, resource: Resource): void {
  const { metadata } = draft;
  checkPreconditions(old, resource, metadata.uid, metadata.resourceVersion);
  metadata.uid = old.metadata.uid;
  metadata.resourceVersion = old.metadata.resourceVersion;
  metadata.creationTimestamp = old.metadata.creationTimestamp;
  keep(metadata, old.metadata, 'generation');
  keep(metadata, old.metadata, 'deletionTimestamp');
  keep(metadata, old.metadata, 'deletionGracePeriodSeconds');
  if (old.metadata.generateName && metadata.generateName === undefined) metadata.generateName = old.metadata.generateName;
  delete metadata.selfLink;
}

function keep<K extends string>(metadata: { [key in K]?: unknown }, old: { [key in K]?: unknown }, field: K): void {
  if (old[field] === undefined) delete metadata[field];
  else metadata[field] = old[field] as (typeof metadata)[K];
}

export function checkPreconditions(
  old: KubeObject,
  resource: Resource,
  uid: string | undefined,
  resourceVersion: string | undefined,
): void {
  const { name } = old.metadata;
  if (uid && uid !== old.metadata.uid) {
    throw conflict(resource.gr, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`);
  }
  if (resourceVersion && resourceVersion !== '0' && resourceVersion !== old.metadata.resourceVersion) {
    if (!/^\d+$/.test(resourceVersion)) {
      throw failure(
        400,
        'BadRequest',
        `invalid resource version: metadata.resourceVersion: Invalid value: "${resourceVersion}": strconv.ParseUint: parsing "${resourceVersion}": invalid syntax`,
      );
    }
    throw conflict(resource.gr, name, 'the object has been modified; please apply your changes to the latest version and try again');
  }
}
