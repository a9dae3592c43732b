// Plays apiserver/pkg/registry/generic/registry: create, update and delete of any resource through its strategy.

import { jsonEqual } from '../machinery/equal.ts';
import type { KubeObject } from '../machinery/object.ts';
import { alreadyExists, failure, invalid } from '../machinery/status.ts';
import type { Admission, Attributes } from './admission/plugin.ts';
import { REQUESTS, readRequest, requestedBy, updateRequest } from './certificate-requests.ts';
import { type ApiServerDeps, strategyContext } from './context.ts';
import { DEFINITION_RESOURCE, releaseDefinition } from './definition-deletion.ts';
import { establish } from './establishing.ts';
import { expressionErrors } from './expressions.ts';
import { fillSystemFields, keepSystemFields, regenerateName } from './metadata.ts';
import { modified } from './modified.ts';
import { followLevel, readyOwnRange, tellWhetherDangling } from './own-status.ts';
import type { Resource } from './resource.ts';
import { separate } from './separation.ts';
import { allocate } from './service-allocation.ts';
import type { Entry, Storage } from './storage.ts';
import { validateChange, validateNew } from './validation.ts';

/** One write, as the stages before the registry hand it over. */
export interface Write {
  resource: Resource;
  /** What admission is told; its `object` is the draft. */
  attributes: Attributes;
  dryRun: boolean;
  subresource: string;
  /** Writes down whose a new object is, with what its decoding gave it and nothing of admission's. */
  own?: (draft: KubeObject) => void;
}

/** What kinds need from other objects before they are validated. */
const finishing: Readonly<Record<string, (draft: KubeObject, old: KubeObject | undefined, deps: ApiServerDeps) => void>> = {
  [DEFINITION_RESOURCE]: establish,
  services: allocate,
  'flowschemas.flowcontrol.apiserver.k8s.io': tellWhetherDangling,
  'servicecidrs.networking.k8s.io': readyOwnRange,
};

const LEVELS = 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io';

/** How often a taken generated name is drawn again. */
const NAME_ATTEMPTS = 8;

export class Registry {
  constructor(
    private readonly deps: ApiServerDeps,
    private readonly storage: Storage,
    private readonly admission: Admission,
    private readonly definitions: () => Resource | undefined,
  ) {}

  /** An object went: the definition of its custom resource may have waited for that. */
  gone({ custom, kind }: Resource, name: string): void {
    if (kind.resource === LEVELS) followLevel(this.deps, name);
    const definitions = custom && this.definitions();
    if (definitions) releaseDefinition(this.storage, definitions, custom.metadata.name);
  }

  async create(write: Write, draft: KubeObject): Promise<KubeObject> {
    const { resource, attributes, dryRun } = write;
    const { strategy } = resource.kind;
    strategy.setDefaults?.(draft);
    write.own?.(draft);
    await this.admission.admit(attributes);
    const generated = !draft.metadata.name && draft.metadata.generateName;
    const givenVersion = draft.metadata.resourceVersion;
    fillSystemFields(draft, resource, this.deps);
    if (resource.hasStatus && resource.kind.resource !== 'nodes') delete draft.status;
    strategy.prepareForCreate?.(draft, strategyContext(this.deps, write.subresource));
    finishing[resource.kind.resource]?.(draft, undefined, this.deps);
    if (resource.kind.resource === REQUESTS) requestedBy(draft, attributes.user);
    attributes.name = draft.metadata.name;
    const errors = validateNew(draft, resource);
    if (resource.kind.resource === REQUESTS) errors.push(...(await readRequest(draft)));
    const further = expressionErrors(draft, undefined, resource, errors);
    if (further) errors.push(...(await further));
    if (errors.length) throw invalid(resource.kind.names, draft.metadata.name ?? '', errors);
    await this.admission.validate(attributes);

    const namespace = draft.metadata.namespace ?? '';
    for (let attempt = 1; this.storage.get(resource, namespace, draft.metadata.name); attempt++) {
      if (!generated || attempt > NAME_ATTEMPTS) throw alreadyExists(resource.gr, draft.metadata.name);
      regenerateName(draft, resource, this.deps, attempt);
    }
    if (givenVersion && givenVersion !== '0') throw failure(500, '', 'resourceVersion should not be set on objects to be created');
    if (dryRun) return draft;
    const stored = this.storage.create(resource, draft);
    if (!stored) throw alreadyExists(resource.gr, draft.metadata.name);
    if (resource.kind.resource === LEVELS) followLevel(this.deps, draft.metadata.name);
    this.admission.committed(attributes, stored);
    return stored;
  }

  /** `draft` shares with the stored object what it leaves alone. */
  async update(write: Write, entry: Entry, draft: KubeObject): Promise<KubeObject> {
    const { resource, attributes } = write;
    const old = entry.value;
    const { strategy } = resource.kind;
    keepSystemFields(draft, old, resource);
    separate(draft, old, resource, write.subresource);
    if (changesContent(draft, old)) strategy.setDefaults?.(draft);
    await this.admission.admit(attributes);
    strategy.prepareForUpdate?.(draft, old, strategyContext(this.deps, write.subresource));
    if (write.subresource === '') finishing[resource.kind.resource]?.(draft, old, this.deps);
    if (resource.kind.resource === REQUESTS) updateRequest(draft, old, write.subresource, this.deps);
    if (jsonEqual(draft, old)) return old;
    if (resource.hasGeneration && old.metadata.generation !== undefined && changesContent(draft, old)) {
      draft.metadata.generation = old.metadata.generation + 1;
    }
    const errors = validateChange(draft, old, resource, write.subresource);
    const further = expressionErrors(draft, old, resource, errors);
    if (further) errors.push(...(await further));
    if (errors.length) throw invalid(resource.kind.names, old.metadata.name, errors);
    await this.admission.validate(attributes);
    if (write.dryRun) return draft;
    if (isGone(draft)) {
      this.storage.delete(resource, entry);
      this.admission.committed(attributes, draft);
      this.gone(resource, old.metadata.name);
      return draft;
    }
    const stored = this.storage.update(resource, entry, draft);
    if (!stored) throw modified(resource, old.metadata.name);
    this.admission.committed(attributes, stored);
    return stored;
  }
}

/** Nothing holds the object any longer: its deletion was asked for, its grace is over and it has no finalizers. */
function isGone(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata;
  if (!deletionTimestamp || deletionGracePeriodSeconds > 0 || finalizers.length > 0) return false;
  if (object.kind !== 'Namespace') return true;
  return !(object.spec as { finalizers?: readonly string[] } | undefined)?.finalizers?.length;
}

/** Something else than metadata and status. */
function changesContent(draft: KubeObject, old: KubeObject): boolean {
  const differs = (field: string): boolean =>
    field !== 'metadata' && field !== 'status' && draft[field] !== old[field] && !jsonEqual(draft[field], old[field]);
  for (const field in draft) if (differs(field)) return true;
  for (const field in old) if (differs(field)) return true;
  return false;
}
