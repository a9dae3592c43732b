// Plays apiserver's audit filter: an audit.k8s.io/v1 Event, as one line of JSON, for each stage of a request that the policy wants. What
// annotates a request (authorization's decision, admission's findings) is collected on its way. Left out: sending events to a webhook.
import { rfc3339Micro } from '../../machinery/clock.ts';
import type { ApiRequest, ApiResponse } from '../../machinery/http.ts';
import type { KubeObject } from '../../machinery/object.ts';
import type { Status } from '../../machinery/status.ts';
import type { User } from '../authentication.ts';
import type { ApiServerDeps } from '../context.ts';
import { draftOf, parseBody } from '../decoding.ts';
import type { Trail } from '../recording.ts';
import { type AuditDecision, type AuditPolicy, decide, isAtLeast, type Stage } from './policy.ts';

/** Where events go and which. */
export interface AuditOptions {
  policy: AuditPolicy;
  /** One event, without the line's end. */
  write(line: string): void;
}

const LONG_RUNNING = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);

export class Audit {
  private events = 0;

  constructor(
    private readonly options: AuditOptions,
    private readonly deps: ApiServerDeps,
  ) {}

  /** Begins with who asks; undefined when the policy wants nothing of this request. */
  begin(request: ApiRequest, trail: Trail, user: User): RequestAudit | undefined {
    const decision = decide(this.options.policy, user, trail.info);
    if (decision.level === 'None') return undefined;
    const id = request.auditID ?? this.deps.random.uuid('audit', `${user.name} ${request.path}`, this.events++);
    return new RequestAudit(this.options, this.deps, request, trail, user, decision, id);
  }
}

export class RequestAudit {
  private readonly received: string;

  constructor(
    private readonly options: AuditOptions,
    private readonly deps: ApiServerDeps,
    private readonly request: ApiRequest,
    private readonly trail: Trail,
    private readonly user: User,
    private readonly decision: AuditDecision,
    private readonly id: string,
  ) {
    this.received = rfc3339Micro(deps.clock.now());
    this.write('RequestReceived', this.objectReference(undefined), {});
  }

  /** The request has its answer; of one that goes on, the end is told when its stream ends. */
  async answered(response: ApiResponse): Promise<ApiResponse> {
    const { info } = this.trail;
    const given = await this.givenObject();
    const { level } = this.decision;
    const status = response.body as Status | undefined;
    const isStatus = status?.kind === 'Status';
    const fields = {
      responseStatus: isStatus ? { metadata: {}, ...shownStatus(status), code: response.code } : { metadata: {}, code: response.code },
      ...(isAtLeast(level, 'Request') && given !== undefined ? { requestObject: this.shown(given) } : {}),
    };
    const reference = this.objectReference(given as KubeObject | undefined);
    const ends = (): void => {
      const isLong = response.events ?? response.stream;
      const body = isAtLeast(level, 'RequestResponse') && !isLong && typeof response.body === 'object' ? response.body : undefined;
      this.write('ResponseComplete', reference, { ...fields, ...(body ? { responseObject: this.shown(body) } : {}) });
    };
    const isLong = response.events !== undefined || response.stream !== undefined;
    if (isLong || info.verb === 'watch' || LONG_RUNNING.has(info.subresource)) this.write('ResponseStarted', reference, fields);
    if (!isLong) {
      ends();
      return response;
    }
    return {
      ...response,
      ...(response.events ? { events: followed(response.events, ends) } : {}),
      ...(response.stream ? { stream: followed(response.stream, ends) } : {}),
    };
  }

  /** What was sent: an object with its defaults, a patch, or options. */
  private async givenObject(): Promise<unknown> {
    const { request, trail } = this;
    const { verb } = trail.info;
    if (request.body === undefined || !trail.resource || trail.info.subresource === 'proxy') return undefined;
    try {
      const isPatch = verb === 'patch';
      const isYaml = request.contentType?.startsWith('application/apply-patch');
      const asJson = isPatch ? { ...request, contentType: isYaml ? 'application/yaml' : 'application/json' } : request;
      const body = await parseBody(asJson);
      if ((verb !== 'create' && verb !== 'update') || trail.info.subresource || typeof body !== 'object' || body === null) return body;
      const draft = draftOf(body as KubeObject, trail.resource);
      trail.resource.kind.strategy.setDefaults?.(draft);
      return draft;
    } catch {
      return undefined; // what cannot be read is told in the answer
    }
  }

  private objectReference(given: KubeObject | undefined): Record<string, string> | undefined {
    const { info } = this.trail;
    if (!info.isResource) return undefined;
    const metadata = (info.verb === 'create' || info.verb === 'update') && typeof given === 'object' ? given?.metadata : undefined;
    const fields = {
      resource: info.resource,
      namespace: info.namespace,
      name: info.name || metadata?.name,
      uid: metadata?.uid,
      apiGroup: info.group,
      apiVersion: info.version,
      resourceVersion: metadata?.resourceVersion,
      subresource: info.subresource,
    };
    return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => Boolean(entry[1])));
  }

  /** Patches of webhooks are part of what was sent. */
  private shownAnnotations(annotations: Readonly<Record<string, string>>): Record<string, string> {
    const shows = (name: string): boolean =>
      isAtLeast(this.decision.level, 'Request') || !name.startsWith('patch.webhook.admission.k8s.io/');
    return Object.fromEntries(Object.entries(annotations).filter(([name]) => shows(name)));
  }

  private shown(value: unknown): unknown {
    return this.decision.omitManagedFields ? withoutManagedFields(value) : value;
  }

  private write(stage: Stage, objectRef: Record<string, string> | undefined, fields: Record<string, unknown>): void {
    const { request, trail, user, decision } = this;
    if (decision.omitStages.includes(stage)) return;
    const { user: acting, annotations } = trail;
    const annotated = stage === 'RequestReceived' ? {} : this.shownAnnotations(annotations);
    this.options.write(
      JSON.stringify({
        kind: 'Event',
        apiVersion: 'audit.k8s.io/v1',
        level: decision.level,
        auditID: this.id,
        stage,
        requestURI: uriOf(request),
        verb: trail.info.verb,
        user: userInfo(user),
        ...(trail.impersonator && acting && stage !== 'RequestReceived' ? { impersonatedUser: userInfo(acting) } : {}),
        sourceIPs: request.sourceIPs ?? ['127.0.0.1'],
        ...(request.userAgent ? { userAgent: request.userAgent } : {}),
        ...(objectRef ? { objectRef } : {}),
        ...fields,
        requestReceivedTimestamp: this.received,
        stageTimestamp: rfc3339Micro(this.deps.clock.now()),
        ...(Object.keys(annotated).length > 0 ? { annotations: annotated } : {}),
      }),
    );
  }
}

const userInfo = ({ name, uid, groups, extra }: User): object => ({
  username: name,
  ...(uid ? { uid } : {}),
  groups,
  ...(extra ? { extra } : {}),
});

/** Of a Status without its own kind. */
function shownStatus({ status, message, reason, details }: Status): object {
  return { status, ...(message ? { message } : {}), ...(reason ? { reason } : {}), ...(details ? { details } : {}) };
}

function uriOf({ path, query }: ApiRequest): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of value === undefined ? [] : [value].flat()) search.append(name, one as string);
  }
  const text = search.toString();
  return text && !path.includes('?') ? `${path}?${text}` : path;
}

function withoutManagedFields(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { metadata, items } = value as { metadata?: Record<string, unknown>; items?: unknown[] };
  const { managedFields, ...rest } = metadata ?? {};
  return {
    ...value,
    ...(managedFields === undefined ? {} : { metadata: rest }),
    ...(Array.isArray(items) ? { items: items.map(withoutManagedFields) } : {}),
  };
}

async function* followed<T>(source: AsyncIterable<T>, ends: () => void): AsyncGenerator<T> {
  try {
    yield* source;
  } finally {
    ends();
  }
}
