// Writes down requests that changed something or were refused: who asked, what authorization and admission said, key and revision.
// Reads that were allowed leave nothing. Of the cluster's own components the chatter is left out: Events, leases, and the conflicts
// and repetitions that are how loops work.
import { jsonEqual } from '../machinery/equal.ts';
import type { ApiResponse } from '../machinery/http.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { AdmissionDecision, Records, RequestRecord } from '../machinery/records.ts';
import { qualified, type Status } from '../machinery/status.ts';
import type { User } from './authentication.ts';
import type { Decision } from './authorization/attributes.ts';
import type { RequestInfo } from './request-info.ts';
import { etcdKey, type Resource } from './resource.ts';

/** What is known about a request while it goes through the pipeline. */
export interface Trail {
  info: RequestInfo;
  agent: string | undefined;
  user?: User;
  impersonator?: string;
  decision?: Decision;
  resource?: Resource;
  admission: AdmissionDecision[];
  /** For the audit log. */
  annotations: Record<string, string>;
  /** The store's revision before. */
  before: number;
}

const READS = new Set(['get', 'list', 'watch']);
const CHATTER = new Set(['events', 'leases']);
/** Refusals of a component's request that are worth a record. */
const TELLING = new Set([403, 422]);

export function recordRequest(records: Records, trail: Trail, response: ApiResponse, revision: number): void {
  const { info, user, decision, resource, admission } = trail;
  const refused = response.code >= 400;
  if (!refused && (READS.has(info.verb) || revision === trail.before)) return;
  const component = user !== undefined && isComponent(user);
  if (component && (CHATTER.has(info.resource) || (refused && !TELLING.has(response.code)))) return;
  if (refused && response.code === 404 && READS.has(info.verb)) return;
  const status = refused ? (response.body as Status) : undefined;
  const written = refused ? undefined : (response.body as KubeObject | undefined)?.metadata;
  const name = info.name || written?.name || '';
  const named = info.resource ? qualified({ group: info.group, resource: info.resource }) : '';
  const record: Omit<RequestRecord, 'at'> = { type: 'request', user: user?.name ?? '' } as RequestRecord;
  if (user?.groups.length && !component) record.groups = user.groups;
  if (trail.impersonator) record.impersonator = trail.impersonator;
  if (trail.agent) record.agent = trail.agent;
  record.verb = info.verb;
  if (!info.isResource) record.path = info.path;
  record.resource = info.subresource ? `${named}/${info.subresource}` : named;
  if (info.namespace) record.namespace = info.namespace;
  if (name) record.name = name;
  const allowed = decision?.allowed ?? false;
  record.authorization = decision?.reason ? { allowed, reason: decision.reason } : { allowed };
  if (admission.length) record.admission = admission;
  record.code = response.code;
  if (status?.reason) record.reason = status.reason;
  if (status?.message) record.message = status.message;
  if (resource && name && !refused) record.key = etcdKey(resource, info.namespace, name);
  if (!refused) record.revision = revision;
  records.append(record);
}

/** Parts of the cluster rather than somebody who uses it. */
export function isComponent({ name, groups }: User): boolean {
  return (
    name === 'system:apiserver' ||
    name === 'system:kube-scheduler' ||
    name === 'system:kube-controller-manager' ||
    name.startsWith('system:serviceaccount:kube-system:') ||
    groups.includes('system:nodes')
  );
}

/** An object as it was, two levels deep: enough to tell what is replaced in it. */
export class Outline {
  private readonly fields = new Map<string, unknown>();

  constructor(private readonly object: KubeObject) {
    for (const field in object) this.note(field);
  }

  /** Which fields have changed since the last call. */
  changes(): readonly string[] {
    const { object, fields } = this;
    let found: string[] | undefined;
    for (const field in object) {
      const [was, is] = [fields.get(field), object[field]];
      if (isRecord(was) && isRecord(is)) {
        const changed = differing(was, is);
        if (changed === NOTHING) continue;
        found = [...(found ?? []), ...changed.filter((inner) => !jsonEqual(was[inner], is[inner])).map((inner) => `${field}.${inner}`)];
      } else if (was === is) continue;
      else if (!jsonEqual(was, is)) found = [...(found ?? []), field];
      this.note(field);
    }
    for (const field of fields.keys()) {
      if (object[field] !== undefined || fields.get(field) === undefined) continue;
      found = [...(found ?? []), field];
      fields.delete(field);
    }
    return found ?? NOTHING;
  }

  private note(field: string): void {
    const value = this.object[field];
    this.fields.set(field, isRecord(value) ? { ...value } : value);
  }
}

/** Members that are not the same, those that are new last. */
function differing(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): readonly string[] {
  let found = NOTHING;
  for (const field in before) if (before[field] !== after[field]) found = [...found, field];
  for (const field in after) if (after[field] !== undefined && !(field in before)) found = [...found, field];
  return found;
}

const NOTHING: readonly string[] = [];

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
