// The writing half of the server: decoding, admission, registry. Loaded with the first write, since most commands only read.
import { rfc3339 } from '../machinery/clock.ts';
import type { ApiResponse } from '../machinery/http.ts';
import type { KubeObject } from '../machinery/object.ts';
import { invalid, notFound } from '../machinery/status.ts';
import { admissionPlugins } from './admission/index.ts';
import { Admission, type Attributes, type Operation } from './admission/plugin.ts';
import { attributesOf, denied } from './authorization/attributes.ts';
import { checkEscalation } from './authorization/escalation.ts';
import { type Call, checkFieldManager, isDryRun, methodNotAllowed } from './call.ts';
import { draftOf, expectKind, parseBody } from './decoding.ts';
import { DEFINITION_RESOURCE, deleteInstances, terminating } from './definition-deletion.ts';
import { type DeleteOptions, type Deletion, deleteObject } from './deletion.ts';
import { checkFields } from './field-validation.ts';
import { listObject, listPage } from './listing.ts';
import type { Application } from './manager-entries.ts';
import { matchRequest } from './metadata.ts';
import { APPLY_PATCH, checkPatched, patched, patchType } from './patching.ts';
import { presented } from './presenting.ts';
import { isComponent } from './recording.ts';
import { Registry, type Write } from './registry.ts';
import { selectionOf } from './selection.ts';
import type { Server } from './server.ts';
import type { Entry } from './storage.ts';

export class Writer {
  readonly admission: Admission;
  readonly registry: Registry;

  constructor(private readonly server: Server) {
    const { deps, storage, resources, authorization } = server;
    this.admission = new Admission(admissionPlugins, { ...deps, storage, resources, authorize: authorization.authorize });
    this.registry = new Registry(deps, storage, this.admission, () =>
      resources.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions'),
    );
  }

  async create(call: Call): Promise<ApiResponse> {
    const { info, resource } = call;
    if (info.name) throw methodNotAllowed();
    return this.createFrom(call, await checkFields(call, expectKind(await parseBody(call.request), resource)));
  }

  private async createFrom(call: Call, body: KubeObject): Promise<ApiResponse> {
    const { info, resource } = call;
    const target = this.asStored(call);
    const draft = draftOf(resource.kind.storedAs?.toStored(body) ?? body, target.resource);
    matchRequest(draft, target.resource, info);
    checkEscalation(this.server, call.user, resource, draft, undefined);
    const write = { ...this.write(target, 'CREATE', draft, undefined), ...(await this.ownership(target)) };
    return this.answer(call, await this.registry.create(write, draft), 201);
  }

  async update(call: Call): Promise<ApiResponse> {
    const { info, resource } = call;
    const isMissing = !info.subresource && !this.server.storage.get(resource, info.namespace, info.name);
    if (isMissing && CREATED_BY_UPDATE.has(resource.kind.resource)) return this.createByUpdate(call);
    return this.replace(call, async () => expectKind(await parseBody(call.request), call.resource));
  }

  patch(call: Call): Promise<ApiResponse> {
    if (patchType(call.request) === APPLY_PATCH) return this.apply(call);
    return this.replace(call, async (old) => {
      const body = await patched(call.request, call.resource, old);
      checkPatched(body, old, call.resource);
      return body;
    });
  }

  /** Server-side apply: the one patch that may create. */
  private async apply(call: Call): Promise<ApiResponse> {
    const { info, resource, request } = call;
    const { applied } = await import('./server-side-apply.ts');
    const { checkTyped } = await import('./typed-patch.ts');
    const manager = info.query.get('fieldManager');
    if (!manager) throw managerRequired();
    const body = await parseBody({ ...request, contentType: typeof request.body === 'string' ? 'application/yaml' : 'application/json' });
    await checkTyped(expectKind(body, resource), resource);
    const config = await checkFields(call, expectKind(body, resource));
    const { deps, storage } = this.server;
    const application = { manager, force: info.query.flag('force'), subresource: info.subresource, time: rfc3339(deps.clock.now()) };
    const entry = storage.get(resource, info.namespace, info.name);
    if (entry) {
      const live = resource.kind.storedAs?.fromStored(entry.value) ?? entry.value;
      return this.store(call, entry, applied(named(config), live, resource, application), true);
    }
    if (info.subresource) throw notFound(resource.gr, info.name);
    this.mayCreate(call);
    const target = this.asStored(call);
    const object = applied(named(config), undefined, resource, application);
    const draft = draftOf(resource.kind.storedAs?.toStored(object) ?? object, target.resource);
    matchRequest(draft, target.resource, info);
    checkEscalation(this.server, call.user, resource, draft, undefined);
    return this.answer(call, await this.registry.create(this.write(target, 'CREATE', draft, undefined), draft), 201);
  }

  /** AllowCreateOnUpdate: who replaces what is not there creates it, unless the body asks for one that was. */
  private async createByUpdate(call: Call): Promise<ApiResponse> {
    const { info, resource } = call;
    const body = await checkFields(call, expectKind(await parseBody(call.request), resource));
    const { uid, resourceVersion } = body.metadata ?? {};
    if (uid || (resourceVersion && resourceVersion !== '0')) throw notFound(resource.gr, info.name);
    this.mayCreate(call);
    return this.createFrom(call, body);
  }

  /** Who applies what is not there yet creates it, and needs the permission for that too. */
  private mayCreate({ info, user }: Call): void {
    const attributes = { ...attributesOf(info), verb: 'create' };
    const { allowed, reason } = this.server.authorization.authorize(user, attributes);
    if (!allowed) throw denied(user, attributes, reason);
  }

  /** Somebody may have written while the body was read, and then it is looked at again. */
  private async replace(call: Call, bodyFor: (old: KubeObject) => Promise<KubeObject>): Promise<ApiResponse> {
    const { info, resource } = call;
    for (;;) {
      const entry = this.server.entry(resource, info.namespace, info.name);
      const old = resource.kind.storedAs?.fromStored(entry.value) ?? entry.value;
      const body = await checkFields(call, await bodyFor(old), old);
      if (this.server.storage.get(resource, info.namespace, info.name)?.mod === entry.mod) return this.store(call, entry, body, false);
      call.warnings.length = 0;
    }
  }

  private async store(call: Call, entry: Entry, body: KubeObject, isApplied: boolean): Promise<ApiResponse> {
    const { resource } = call;
    const target = this.asStored(call);
    const draft = draftOf(resource.kind.storedAs?.toStored(body) ?? body, target.resource, entry.value);
    matchRequest(draft, target.resource, call.info);
    checkEscalation(this.server, call.user, resource, draft, entry.value);
    if (!isApplied) await this.follow(target, draft, entry.value);
    return this.answer(call, await this.registry.update(this.write(target, 'UPDATE', draft, entry.value), entry, draft), 200);
  }

  /** Whose a new object is; of the cluster's own components that is derived when somebody asks. */
  private async ownership(call: Call): Promise<Pick<Write, 'own'>> {
    if (!isTracked(call)) return {};
    const { ownNew } = await import('./server-side-apply.ts');
    return { own: (draft) => ownNew(draft, call.resource, this.application(call)) };
  }

  /** Whose the changes of an object are. */
  async follow(call: Call, draft: KubeObject, old: KubeObject): Promise<void> {
    const { resource, info } = call;
    const { managedFields } = old.metadata;
    const isStatus = info.subresource === 'status';
    if (!isTracked(call) && (!managedFields || isStatus || draft.spec === old.spec)) {
      if (managedFields) draft.metadata.managedFields = managedFields;
      else delete draft.metadata.managedFields;
      return;
    }
    const { followUpdate } = await import('./server-side-apply.ts');
    // What this request cannot change changes nobody's mind.
    const seen: KubeObject = { ...draft };
    const kept = isStatus ? 'spec' : resource.hasStatus && info.subresource === '' ? 'status' : undefined;
    if (kept && old[kept] !== undefined) seen[kept] = old[kept];
    else if (kept) delete seen[kept];
    followUpdate(seen, old, resource, this.application(call));
  }

  private application({ info, request }: Call): Application {
    const manager = info.query.get('fieldManager') || (request.userAgent ?? 'unknown').split('/', 1)[0] || 'unknown';
    return { manager, force: false, subresource: info.subresource, time: rfc3339(this.server.deps.clock.now()) };
  }

  async delete(call: Call): Promise<ApiResponse> {
    const { info, resource } = call;
    const options = deleteOptions(call, await parseBody(call.request));
    const entry = this.server.entry(resource, info.namespace, info.name);
    const { removed, object } = await this.remove(call, entry, options);
    if (!removed) return this.answer(call, object, 200);
    const { name, uid } = object.metadata;
    const { group, plural } = resource.kind.names;
    return {
      code: 200,
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: { name, ...(group ? { group } : {}), kind: plural, uid },
      },
    };
  }

  async deleteCollection(call: Call): Promise<ApiResponse> {
    const { info, resource } = call;
    const options = deleteOptions(call, await parseBody(call.request));
    const { entries, metadata } = listPage(this.server.storage, info, resource, selectionOf(info, resource));
    for (const entry of entries) await this.remove(call, entry, options);
    const objects = entries.map(({ value }) => value);
    return { code: 200, body: listObject(resource, objects, metadata) };
  }

  private async remove(asked: Call, entry: Entry, options: DeleteOptions): Promise<Deletion> {
    const call = this.asStored(asked);
    const { resource } = call;
    const { storage, deps } = this.server;
    const { metadata } = entry.value;
    const write = this.write(call, 'DELETE', undefined, entry.value);
    const attributes = { ...write.attributes, namespace: metadata.namespace ?? '', name: metadata.name };
    await this.admission.admit(attributes);
    await this.admission.validate(attributes);
    const dryRun = write.dryRun || Boolean(options.dryRun?.length);
    if (resource.kind.resource === DEFINITION_RESOURCE && !dryRun && !deleteInstances(storage, deps, entry.value)) {
      storage.update(resource, entry, terminating(entry.value, deps));
      return deleteObject(storage, deps, resource, this.server.entry(resource, '', metadata.name), options, dryRun);
    }
    const deletion = deleteObject(storage, deps, resource, entry, options, dryRun);
    if (deletion.removed && !dryRun) this.registry.gone(resource, metadata.name);
    return deletion;
  }

  /** What the registry and admission are told about a write. */
  write(call: Call, operation: Operation, object: KubeObject | undefined, old: KubeObject | undefined): Write {
    const { info, resource, user, warnings, admission, annotations } = call;
    const dryRun = isDryRun(info);
    checkFieldManager(info);
    const attributes: Attributes = {
      operation,
      resource,
      subresource: info.subresource,
      namespace: info.namespace,
      name: info.name || (object?.metadata.name ?? ''),
      ...(object ? { object } : {}),
      ...(old ? { old } : {}),
      user,
      dryRun,
      warnings,
      decisions: admission,
      annotations,
    };
    return { resource, attributes, dryRun, subresource: info.subresource };
  }

  private answer(call: Call, object: KubeObject, code: number): ApiResponse {
    const shown = call.resource.kind.storedAs?.fromStored(object) ?? object;
    return { code, body: presented(call, shown, this.server.deps.clock.now()) };
  }

  /** The same request at the version that etcd holds. */
  private asStored(call: Call): Call {
    const names = call.resource.kind.storedAs?.kind.names;
    const resource = names && this.server.resources.find(names.group, names.version, names.plural);
    return resource ? { ...call, resource } : call;
  }
}

/** Kinds whose strategy allows it. */
const CREATED_BY_UPDATE = new Set([
  'clusterrolebindings.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'endpoints',
  'events',
  'leases.coordination.k8s.io',
  'limitranges',
  'podtemplates',
  'priorityclasses.scheduling.k8s.io',
  'rolebindings.rbac.authorization.k8s.io',
  'roles.rbac.authorization.k8s.io',
  'services',
]);

/** The cluster's own components, and kubeadm, write much, and nobody asks. */
const isTracked = ({ user, request }: Call): boolean => !isComponent(user) && !request.userAgent?.startsWith('kubeadm/');

/** An applied configuration may come without metadata that the URL says. */
const named = (config: KubeObject): KubeObject => ({ ...config, metadata: { ...config.metadata } });

const managerRequired = (): Error =>
  invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
    { reason: 'FieldValueRequired', field: 'fieldManager', message: 'Required value: is required for apply patch' },
  ]);

/** Options come in the body, or in the query where there is none. */
function deleteOptions({ info: { query } }: Call, body: unknown): DeleteOptions {
  if (typeof body === 'object' && body !== null) return body as DeleteOptions;
  return {
    ...(query.has('gracePeriodSeconds') ? { gracePeriodSeconds: Number(query.get('gracePeriodSeconds')) } : {}),
    ...(query.has('propagationPolicy') ? { propagationPolicy: query.get('propagationPolicy') } : {}),
    ...(query.has('orphanDependents') ? { orphanDependents: query.flag('orphanDependents') } : {}),
  };
}
