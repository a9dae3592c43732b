// Plays kube-apiserver: one pipeline from a request to etcd. This file is the order of its stages; each stage has its own.
// What only writes, subresources and reviews need is loaded with the first of them.
import type { ApiHandler, ApiRequest, ApiResponse, Credentials } from '../machinery/http.ts';
import type { Lister } from '../machinery/lister.ts';
import { createRecords, type Records } from '../machinery/records.ts';
import { failure, notFound, StatusError } from '../machinery/status.ts';
import type { Audit, AuditOptions, RequestAudit } from './audit/audit.ts';
import { authenticate, impersonated, type TokenAuthenticator, type User } from './authentication.ts';
import { attributesOf, denied } from './authorization/attributes.ts';
import { type Authorization, createAuthorization } from './authorization/index.ts';
import { type Call, methodNotAllowed } from './call.ts';
import type { ApiServerDeps } from './context.ts';
import { createLister } from './lister.ts';
import { listPage } from './listing.ts';
import { presented, presentedList, rowsOf } from './presenting.ts';
import { recordRequest, type Trail } from './recording.ts';
import { type RequestInfo, requestInfo } from './request-info.ts';
import { isStored, type Resource } from './resource.ts';
import { pathNotFound, Resources } from './resources.ts';
import { selectionOf } from './selection.ts';
import type { IsAlive, TokenUser } from './service-account-tokens.ts';
import { type Entry, Storage } from './storage.ts';
import type { Writer } from './writer.ts';

export type { ApiServerDeps, ApiServerOptions } from './context.ts';

export interface ApiServer {
  handle: ApiHandler;
  /** What a component with these credentials reads without asking; undefined for who has to ask. */
  lister(credentials: Credentials): Lister | undefined;
}

export function createApiServer(deps: ApiServerDeps): ApiServer {
  const server = new Server(deps);
  return {
    handle: (request) => server.handle(request),
    lister: (credentials) => createLister(server.storage, server.resources, credentials),
  };
}

export class Server {
  readonly storage: Storage;
  readonly resources: Resources;
  readonly authorization: Authorization;
  private writing: Writer | undefined;
  private readonly records: Records;
  private auditing: Audit | undefined;

  constructor(readonly deps: ApiServerDeps) {
    this.records = createRecords(deps.store, deps.clock);
    this.storage = new Storage(deps);
    this.resources = new Resources(deps.etcd);
    this.authorization = createAuthorization(deps.etcd, deps.store, deps.options);
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    const trail: Trail = {
      info: requestInfo(request),
      agent: request.userAgent,
      admission: [],
      annotations: {},
      before: this.deps.etcd.revision,
    };
    if (this.deps.options.audit) return this.audited(request, trail);
    return this.recorded(request, trail);
  }

  private async recorded(request: ApiRequest, trail: Trail, known?: (user: User) => void): Promise<ApiResponse> {
    let response: ApiResponse;
    try {
      response = await this.serve(request, trail, known);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      response = { code: error.code, body: error.status };
    }
    recordRequest(this.records, trail, response, this.deps.etcd.revision);
    return response;
  }

  /** The same with an event for the audit log at each stage that its policy wants. */
  private async audited(request: ApiRequest, trail: Trail): Promise<ApiResponse> {
    const { Audit } = await import('./audit/audit.ts');
    this.auditing ??= new Audit(this.deps.options.audit as AuditOptions, this.deps);
    const { auditing } = this;
    let audit: RequestAudit | undefined;
    let isKnown = false;
    const response = await this.recorded(request, trail, (user) => {
      isKnown = true;
      audit = auditing.begin(request, trail, user);
    });
    // Who could not be authenticated is nobody to the policy.
    if (!isKnown) audit = auditing.begin(request, trail, NOBODY);
    return audit ? audit.answered(response) : response;
  }

  private async serve(request: ApiRequest, trail: Trail, known?: (user: User) => void): Promise<ApiResponse> {
    const { info } = trail;
    const { authorize } = this.authorization;
    const asking = authenticate(request.credentials, request.credentials.token ? await this.authenticator() : () => undefined);
    trail.user = asking;
    known?.(asking);
    const user = impersonated(asking, request.credentials, authorize);
    if (user !== asking) {
      trail.user = user;
      trail.impersonator = asking.name;
    }
    const attributes = attributesOf(info);
    const decision = authorize(user, attributes);
    trail.decision = decision;
    if (known) {
      trail.annotations['authorization.k8s.io/decision'] = decision.allowed ? 'allow' : 'forbid';
      trail.annotations['authorization.k8s.io/reason'] = decision.reason;
    }
    if (!decision.allowed) throw denied(user, attributes, decision.reason);
    if (!info.isResource) {
      const { nonResource } = await import('./non-resource.ts');
      return nonResource(request, info, this.resources, this);
    }
    const resource = this.resources.find(info.group, info.version, info.resource);
    if (!resource) throw pathNotFound();
    trail.resource = resource;
    const call: Call = { request, info, user, resource, warnings: [], admission: trail.admission, annotations: trail.annotations };
    if (request.managedFields && isStored(resource)) {
      call.withManagers = (await import('./derived-managers.ts')).withDerived;
    }
    if (resource.deprecation !== undefined) {
      call.warnings.push(resource.deprecation);
      trail.annotations['k8s.io/deprecated'] = 'true';
    }
    const response = await this.resourceRequest(call);
    return call.warnings.length ? { ...response, warnings: call.warnings } : response;
  }

  private async resourceRequest(call: Call): Promise<ApiResponse> {
    const { info, resource } = call;
    const { names } = resource.kind;
    if (!isStored(resource)) {
      const { virtualResources } = await import('./reviews/index.ts');
      const virtual = virtualResources[resource.kind.resource];
      if (!virtual || !names.verbs.includes(info.verb) || info.subresource) throw methodNotAllowed();
      return virtual(this, call);
    }
    if (info.subresource) {
      if (!names.subresources.includes(info.subresource)) throw pathNotFound();
      if (!PART_SUBRESOURCES.has(info.subresource)) return this.subresource(call);
      if (info.verb !== 'get' && info.verb !== 'update' && info.verb !== 'patch') throw methodNotAllowed();
    } else if (!names.verbs.includes(isWatch(info) ? 'watch' : info.verb)) throw methodNotAllowed();
    if (resource.kind.resource === 'bindings') return (await import('./subresources/binding.ts')).bindings(this, call);
    const isCollection = info.verb === 'list' || info.verb === 'watch' || info.verb === 'deletecollection' || info.verb === 'create';
    if (!info.name && !isCollection) throw methodNotAllowed();
    if (resource.namespaced && !info.namespace && info.verb !== 'list' && info.verb !== 'watch') throw methodNotAllowed();
    switch (info.verb) {
      case 'get':
        return isWatch(info) ? this.watch(call) : this.get(call);
      case 'list':
        return this.list(call);
      case 'watch':
        return this.watch(call);
      case 'create':
        return (this.writing ?? (await this.writer())).create(call);
      case 'update':
        return (this.writing ?? (await this.writer())).update(call);
      case 'patch':
        return (this.writing ?? (await this.writer())).patch(call);
      case 'delete':
        return (this.writing ?? (await this.writer())).delete(call);
      case 'deletecollection':
        return (this.writing ?? (await this.writer())).deleteCollection(call);
      default:
        throw methodNotAllowed();
    }
  }

  private get(call: Call): ApiResponse {
    const { info, resource } = call;
    const object = this.storage.shown(resource, this.entry(resource, info.namespace, info.name));
    return { code: 200, body: presented(call, object, this.deps.clock.now()) };
  }

  private list(call: Call): ApiResponse {
    const { info, resource } = call;
    const rows = rowsOf(call, this.deps.clock.now());
    if (rows) {
      const visit = (entry: Entry): void => rows.add(this.storage.shown(resource, entry));
      return rows.response(listPage(this.storage, info, resource, selectionOf(info, resource), visit).metadata);
    }
    const { entries, metadata } = listPage(this.storage, info, resource, selectionOf(info, resource));
    return presentedList(call, this.storage.allShown(resource, entries), metadata, this.deps.clock.now());
  }

  private async watch(call: Call): Promise<ApiResponse> {
    const { watchEvents } = await import('./watching.ts');
    const { deps, storage } = this;
    const { info, resource } = call;
    const selection = selectionOf(info, resource);
    const events = watchEvents({
      deps,
      storage,
      info,
      resource,
      selection,
      present: (object) => presented(call, object, deps.clock.now()),
    });
    return { code: 200, events };
  }

  private async subresource(call: Call): Promise<ApiResponse> {
    const { info, resource } = call;
    const { subresourceHandlers } = await import('./subresources/index.ts');
    const handler = subresourceHandlers[`${resource.kind.resource}/${info.subresource}`] ?? subresourceHandlers[`*/${info.subresource}`];
    if (!handler) throw notServed(resource, info.subresource);
    return handler(this, call);
  }

  /** What is stored under a name; throws NotFound. */
  entry(resource: Resource, namespace: string, name: string): Entry {
    const entry = this.storage.get(resource, namespace, name);
    if (!entry) throw notFound(resource.gr, name);
    return entry;
  }

  async writer(): Promise<Writer> {
    if (!this.writing) {
      const { Writer } = await import('./writer.ts');
      this.writing ??= new Writer(this);
    }
    return this.writing;
  }

  /** Reads service account tokens; loaded with the first one. */
  private async authenticator(): Promise<TokenAuthenticator> {
    const { tokens } = this.deps.options;
    const ofAccounts = await this.tokens();
    return (token) => tokens?.get(token) ?? ofAccounts(token);
  }

  async tokens(): Promise<(token: string, audiences?: readonly string[]) => TokenUser | undefined> {
    const { readToken } = await import('./service-account-tokens.ts');
    const isAlive: IsAlive = (plural, namespace, name, { uid, token }) => {
      const resource = this.resources.find('', 'v1', plural);
      const found = resource && this.storage.get(resource, namespace, name)?.value;
      if (!found || (uid !== undefined && found.metadata.uid !== uid)) return false;
      const held = (found.data as Record<string, string> | undefined)?.token;
      return token === undefined || (held !== undefined && Buffer.from(held, 'base64').toString() === token);
    };
    return (token, audiences) => readToken(this.deps.random, token, this.deps.clock.now(), isAlive, audiences);
  }
}

const NOBODY: User = { name: '', groups: [] };

/** Subresources that are a part of the object itself, read and written with the rest of it left alone. */
const PART_SUBRESOURCES = new Set(['status', 'approval', 'finalize', 'ephemeralcontainers', 'resize']);

const isWatch = ({ verb, query }: RequestInfo): boolean => verb === 'watch' || (verb === 'get' && query.flag('watch'));

function notServed(resource: Resource, subresource: string): StatusError {
  return failure(501, 'NotImplemented', `kubemu does not serve ${resource.kind.resource}/${subresource} yet`);
}
