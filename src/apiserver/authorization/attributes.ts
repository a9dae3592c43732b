// authorizer.Attributes: what somebody wants to do, and how a refusal says it.
import { failure, forbidden, type StatusError } from '../../machinery/status.ts';
import type { User } from '../authentication.ts';
import type { RequestInfo } from '../request-info.ts';

export interface AccessAttributes {
  verb: string;
  /** A request of another kind has a path only. */
  path?: string;
  group: string;
  version: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
}

export interface Decision {
  allowed: boolean;
  /** Why, as SubjectAccessReview reports it; empty for a plain no. */
  reason: string;
}

export type Authorizer = (user: User, attributes: AccessAttributes) => Decision;

export function attributesOf(info: RequestInfo): AccessAttributes {
  const { verb, group, version, resource, subresource, namespace, name, path, isResource } = info;
  return { verb, ...(isResource ? {} : { path }), group, version, resource, subresource, namespace, name };
}

/** `User "jane" cannot list resource "pods" in API group "" in the namespace "default"` */
export function refusalText(user: User, attributes: AccessAttributes): string {
  const { verb, path, resource, subresource, group, namespace } = attributes;
  const who = `User ${JSON.stringify(user.name)}`;
  if (path !== undefined) return `${who} cannot ${verb} path ${JSON.stringify(path)}`;
  const what = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  return `${who} cannot ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`;
}

export function denied(user: User, attributes: AccessAttributes, reason: string): StatusError {
  const text = refusalText(user, attributes);
  const why = reason ? `${text}: ${reason}` : text;
  if (attributes.path !== undefined) return failure(403, 'Forbidden', `forbidden: ${why}`, {});
  return forbidden({ group: attributes.group, resource: attributes.resource }, attributes.name, why);
}
