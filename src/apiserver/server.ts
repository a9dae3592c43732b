// Plays kube-apiserver: one pipeline from a request to etcd. This file is the order of its stages; each stage has its own.
import type { ApiHandler, ApiRequest, ApiResponse } from '../machinery/http.ts';
import type { KubeObject } from '../machinery/object.ts';
import { failure, StatusError } from '../machinery/status.ts';
import { admissionPlugins } from './admission/index.ts';
import { Admission, type Attributes, type Operation } from './admission/plugin.ts';
import { authenticate, impersonated, type TokenAuthenticator } from './authentication.ts';
import { attributesOf, denied } from './authorization/attributes.ts';
import { type Authorization, createAuthorization } from './authorization/index.ts';
import { type Call, isDryRun, methodNotAllowed } from './call.ts';
import type { ApiServerDeps } from './context.ts';
import { draftOf, expectKind, parseBody } from './decoding.ts';
import { deleteInstances, terminating } from './definition-deletion.ts';
import { type DeleteOptions, type Deletion, deleteObject } from './deletion.ts';
import { checkFields } from './field-validation.ts';
import { listObject, listPage } from './listing.ts';
import { matchRequest } from './metadata.ts';
import { representation } from './negotiation.ts';
import { nonResource } from './non-resource.ts';
import { partialMetadata } from './partial-metadata.ts';
import { checkPatched, patched } from './patching.ts';
import { Registry, type Write } from './registry.ts';
import { type RequestInfo, requestInfo } from './request-info.ts';
import type { Resource } from './resource.ts';
import { pathNotFound, Resources } from './resources.ts';
import { virtualResources } from './reviews/index.ts';
import { selectionOf } from './selection.ts';
import { type Entry, Storage } from './storage.ts';
import { subresourceHandlers } from './subresources/index.ts';
import { type IncludeObject, tableOf } from './table.ts';
import { watchEvents } from './watching.ts';

export type { ApiServerDeps, ApiServerOptions } from './context.ts';

export interface ApiServer {
  handle: ApiHandler;
}

export function createApiServer(deps: ApiServerDeps): ApiServer {
  const server = new Server(deps);
  return { handle: (request) => server.handle(request) };
}

export class Server {
  readonly storage: Storage;
  readonly resources: Resources;
  readonly admission: Admission;
  readonly registry: Registry;
  readonly authorization: Authorization;

  constructor(readonly deps: ApiServerDeps) {
    this.storage = new Storage(deps);
    this.resources = new Resources(deps.etcd);
    this.admission = new Admission(admissionPlugins, { ...deps, storage: this.storage, resources: this.resources });
    this.authorization = createAuthorization(deps.etcd, deps.options);
    this.registry = new Registry(deps, this.storage, this.admission, () =>
      this.resources.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions'),
    );
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    try {
      return await this.serve(request);
    } catch (error) {
      if (error instanceof StatusError) return { code: error.code, body: error.status };
      throw error;
    }
  }

  private async serve(request: ApiRequest): Promise<ApiResponse> {
    const info = requestInfo(request);
    const { authorize } = this.authorization;
    const user = impersonated(
      authenticate(request.credentials, request.credentials.token ? await this.tokens() : () => undefined),
      request.credentials,
      authorize,
    );
    const attributes = attributesOf(info);
    const { allowed, reason } = authorize(user, attributes);
    if (!allowed) throw denied(user, attributes, reason);
    if (!info.isResource) return nonResource(request, info, this.resources);
    const resource = this.resources.find(info.group, info.version, info.resource);
    if (!resource) throw pathNotFound();
    const call: Call = { request, info, user, resource, warnings: [] };
    const response = await this.resourceRequest(call);
    return call.warnings.length ? { ...response, warnings: call.warnings } : response;
  }

  /** Reads service account tokens; loaded with the first one. */
  async tokens(): Promise<TokenAuthenticator> {
    const { readToken } = await import('./service-account-tokens.ts');
    const isAlive = (plural: string, namespace: string, name: string, uid: string): boolean => {
      const resource = this.resources.find('', 'v1', plural);
      return resource !== undefined && this.storage.get(resource, namespace, name)?.value.metadata.uid === uid;
    };
    return (token) => readToken(this.deps.random, token, this.deps.clock.now(), isAlive);
  }

  private async resourceRequest(call: Call): Promise<ApiResponse> {
    const { info, resource } = call;
    const { names } = resource.kind;
    const virtual = virtualResources[resource.kind.resource];
    if (virtual) {
      if (!names.verbs.includes(info.verb) || info.subresource) throw methodNotAllowed();
      return virtual(this, call);
    }
    if (info.subresource) {
      if (!names.subresources.includes(info.subresource)) throw pathNotFound();
      const handler = subresourceHandlers[`${resource.kind.resource}/${info.subresource}`] ?? subresourceHandlers[`*/${info.subresource}`];
      if (handler) return handler(this, call);
      if (!PART_SUBRESOURCES.has(info.subresource)) throw notServed(resource, info.subresource);
      if (info.verb !== 'get' && info.verb !== 'update' && info.verb !== 'patch') throw methodNotAllowed();
    } else if (!names.verbs.includes(info.verb === 'get' && isWatch(info) ? 'watch' : info.verb)) throw methodNotAllowed();
    if (!info.name && info.verb !== 'list' && info.verb !== 'watch' && info.verb !== 'deletecollection' && info.verb !== 'create')
      throw methodNotAllowed();
    if (resource.namespaced && !info.namespace && info.verb !== 'list' && info.verb !== 'watch') throw methodNotAllowed();
    switch (info.verb) {
      case 'watch':
        return this.watch(call);
      case 'deletecollection':
        return this.deleteCollection(call);
      case 'get':
        if (isWatch(info)) return this.watch(call);
        return this.present(call, [this.registry.entry(resource, info.namespace, info.name)], undefined);
      case 'list': {
        const { entries, metadata } = listPage(this.storage, info, resource, selectionOf(info, resource));
        return this.present(call, entries, metadata);
      }
      case 'create':
        return this.create(call);
      case 'update':
        return this.replace(call, async () => expectKind(await parseBody(call.request), resource));
      case 'patch':
        return this.replace(call, async ({ value }) => {
          const body = await patched(call.request, resource, value);
          checkPatched(body, value, resource);
          return body;
        });
      case 'delete':
        return this.delete(call);
      default:
        throw methodNotAllowed();
    }
  }

  private async create(call: Call): Promise<ApiResponse> {
    const { info, resource } = call;
    if (info.name) throw methodNotAllowed();
    const body = expectKind(await parseBody(call.request), resource);
    const draft = draftOf(await checkFields(call, body), resource);
    matchRequest(draft, resource, info);
    const stored = this.registry.create(this.write(call, 'CREATE', draft, undefined), draft);
    return this.presentOne(call, stored, 201);
  }

  /** Update and patch: somebody may have written while the body was read, and then it is looked at again. */
  private async replace(call: Call, bodyFor: (entry: Entry) => Promise<KubeObject>): Promise<ApiResponse> {
    const { info, resource } = call;
    for (;;) {
      const entry = this.registry.entry(resource, info.namespace, info.name);
      const body = await checkFields(call, await bodyFor(entry), entry.value);
      if (this.storage.get(resource, info.namespace, info.name)?.mod === entry.mod) return this.update(call, entry, body);
      call.warnings.length = 0;
    }
  }

  private update(call: Call, entry: Entry, body: KubeObject): ApiResponse {
    const { info, resource } = call;
    const draft = draftOf(body, resource, entry.value);
    matchRequest(draft, resource, info);
    const stored = this.registry.update(this.write(call, 'UPDATE', draft, entry.value), entry, draft);
    return this.presentOne(call, stored, 200);
  }

  private async delete(call: Call): Promise<ApiResponse> {
    const { info, resource } = call;
    const options = deleteOptions(call, await parseBody(call.request));
    const entry = this.registry.entry(resource, info.namespace, info.name);
    const { removed, object } = this.remove(call, entry, options);
    if (!removed) return { code: 200, body: object };
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

  private async deleteCollection(call: Call): Promise<ApiResponse> {
    const { info, resource } = call;
    const options = deleteOptions(call, await parseBody(call.request));
    const { entries, metadata } = listPage(this.storage, info, resource, selectionOf(info, resource));
    for (const entry of entries) this.remove(call, entry, options);
    return {
      code: 200,
      body: listObject(
        resource,
        entries.map(({ value }) => value),
        metadata,
      ),
    };
  }

  private remove(call: Call, entry: Entry, options: DeleteOptions): Deletion {
    const { resource } = call;
    const write = this.write(call, 'DELETE', undefined, entry.value);
    const attributes = { ...write.attributes, namespace: entry.value.metadata.namespace ?? '', name: entry.value.metadata.name };
    this.admission.admit(attributes);
    this.admission.validate(attributes);
    const dryRun = write.dryRun || Boolean(options.dryRun?.length);
    if (resource.kind.resource === DEFINITION && !dryRun && !deleteInstances(this.storage, this.deps, entry.value)) {
      this.storage.update(resource, entry, terminating(entry.value, this.deps));
      return deleteObject(this.storage, this.deps, resource, this.registry.entry(resource, '', entry.value.metadata.name), options, dryRun);
    }
    const deletion = deleteObject(this.storage, this.deps, resource, entry, options, dryRun);
    if (deletion.removed && !dryRun) this.registry.gone(resource);
    return deletion;
  }

  private watch(call: Call): ApiResponse {
    const { info, resource } = call;
    const { now } = this.deps.clock;
    const as = representation(call.request.accept);
    const include = includeObject(info);
    const present = (object: KubeObject): unknown => {
      if (as === 'metadata') return partialMetadata(object);
      if (as !== 'table') return object;
      return tableOf(resource, [object], { resourceVersion: object.metadata.resourceVersion }, include, now.call(this.deps.clock));
    };
    const selection = selectionOf(info, resource);
    return { code: 200, events: watchEvents({ deps: this.deps, storage: this.storage, info, resource, selection, present }) };
  }

  /** What the registry and admission are told about a write. */
  write(call: Call, operation: Operation, object: KubeObject | undefined, old: KubeObject | undefined): Write {
    const { info, resource, user, warnings } = call;
    const dryRun = isDryRun(info);
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
    };
    return { resource, attributes, dryRun, subresource: info.subresource };
  }

  presentOne(call: Call, object: KubeObject, code: number): ApiResponse {
    const as = representation(call.request.accept);
    if (as === 'table') {
      const metadata = { resourceVersion: object.metadata.resourceVersion };
      return { code, body: tableOf(call.resource, [object], metadata, includeObject(call.info), this.deps.clock.now()) };
    }
    return { code, body: as === 'metadata' ? partialMetadata(object) : object };
  }

  private present(call: Call, entries: readonly Entry[], list: Parameters<typeof listObject>[2] | undefined): ApiResponse {
    const objects = entries.map((entry) => this.storage.shown(call.resource, entry));
    if (!list) return this.presentOne(call, objects[0] as KubeObject, 200);
    const as = representation(call.request.accept);
    if (as === 'table') {
      return { code: 200, body: tableOf(call.resource, objects, { ...list }, includeObject(call.info), this.deps.clock.now()) };
    }
    if (as === 'metadata') {
      const items = objects.map(partialMetadata);
      return { code: 200, body: { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata: list, items } };
    }
    return { code: 200, body: listObject(call.resource, objects, list) };
  }
}

const DEFINITION = 'customresourcedefinitions.apiextensions.k8s.io';

/** Subresources that are a part of the object itself, read and written with the rest of it left alone. */
const PART_SUBRESOURCES = new Set(['status', 'approval', 'finalize', 'ephemeralcontainers', 'resize']);

const isWatch = ({ verb, query }: RequestInfo): boolean => verb === 'get' && query.flag('watch');

function notServed(resource: Resource, subresource: string): StatusError {
  return failure(501, 'NotImplemented', `kubemu does not serve ${resource.kind.resource}/${subresource} yet`);
}

function includeObject(info: RequestInfo): IncludeObject {
  const value = info.query.get('includeObject');
  return value === 'None' || value === 'Object' ? value : 'Metadata';
}

/** Options come in the body, or in the query where there is none. */
function deleteOptions({ info: { query } }: Call, body: unknown): DeleteOptions {
  if (typeof body === 'object' && body !== null) return body as DeleteOptions;
  return {
    ...(query.has('gracePeriodSeconds') ? { gracePeriodSeconds: Number(query.get('gracePeriodSeconds')) } : {}),
    ...(query.has('propagationPolicy') ? { propagationPolicy: query.get('propagationPolicy') } : {}),
    ...(query.has('orphanDependents') ? { orphanDependents: query.flag('orphanDependents') } : {}),
  };
}
