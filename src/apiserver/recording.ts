// Writes down requests that changed something or were refused: who asked, what authorization and admission said, key and revision.
// Reads that were allowed leave nothing. Of the cluster's own components the chatter is left out: Events, leases, and the conflicts
// and repetitions that are how loops work.
import { jsonEqual } from '../machinery/equal.ts';
import type { ApiResponse } from '../machinery/http.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { AdmissionDecision, Records } from '../machinery/records.ts';
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
  if (refused && user && isComponent(user) && !TELLING.has(response.code)) return;
  if (user && isComponent(user) && CHATTER.has(info.resource)) return;
  if (refused && response.code === 404 && READS.has(info.verb)) return;
  const status = refused ? (response.body as Status) : undefined;
  const written = refused ? undefined : (response.body as KubeObject | undefined)?.metadata;
  const name = info.name || written?.name || '';
  const named = info.resource ? qualified({ group: info.group, resource: info.resource }) : '';
  records.append({
    type: 'request',
    user: user?.name ?? '',
    ...(user?.groups.length && !isComponent(user) ? { groups: user.groups } : {}),
    ...(trail.impersonator ? { impersonator: trail.impersonator } : {}),
    ...(trail.agent ? { agent: trail.agent } : {}),
    verb: info.verb,
    ...(info.isResource ? {} : { path: info.path }),
    resource: info.subresource ? `${named}/${info.subresource}` : named,
    ...(info.namespace ? { namespace: info.namespace } : {}),
    ...(name ? { name } : {}),
    authorization: { allowed: decision?.allowed ?? false, ...(decision?.reason ? { reason: decision.reason } : {}) },
    ...(admission.length ? { admission: [...admission] } : {}),
    code: response.code,
    ...(status?.reason ? { reason: status.reason } : {}),
    ...(status?.message ? { message: status.message } : {}),
    ...(resource && name && !refused ? { key: etcdKey(resource, info.namespace, name) } : {}),
    ...(refused ? {} : { revision }),
  });
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

/** Which fields an admission plugin changed, two levels deep. `before` may be an outline. */
export function changedFields(before: KubeObject, after: KubeObject): string[] {
  const found: string[] = [];
  eachChange(before, after, (field, was, is) => {
    if (!isRecord(was) || !isRecord(is)) {
      if (!jsonEqual(was, is)) found.push(field);
    } else {
      eachChange(was, is, (inner, wasInner, isInner) => {
        if (!jsonEqual(wasInner, isInner)) found.push(`${field}.${inner}`);
      });
    }
  });
  return found;
}

/** A copy two levels deep: enough to tell what was replaced in the object. */
export function outline(object: KubeObject): KubeObject {
  const copy: Record<string, unknown> = { ...object };
  for (const field of Object.keys(copy)) if (isRecord(copy[field])) copy[field] = { ...copy[field] };
  return copy as KubeObject;
}

function eachChange(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  tell: (field: string, was: unknown, is: unknown) => void,
): void {
  for (const field of Object.keys(before)) if (before[field] !== after[field]) tell(field, before[field], after[field]);
  for (const field of Object.keys(after)) if (!Object.hasOwn(before, field)) tell(field, undefined, after[field]);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
