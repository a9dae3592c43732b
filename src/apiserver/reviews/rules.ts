// Plays SelfSubjectRulesReview: everything that RBAC lets the caller do in a namespace.
import type { V1PolicyRule } from '../../api/generated/types.ts';
import type { ApiResponse } from '../../machinery/http.ts';
import { badRequest } from '../../machinery/status.ts';
import type { Call } from '../call.ts';
import { expectKind, parseBody } from '../decoding.ts';
import type { Server } from '../server.ts';

export async function selfSubjectRulesReview(server: Server, call: Call): Promise<ApiResponse> {
  const object = expectKind(await parseBody(call.request), call.resource);
  const { namespace = '' } = (object.spec ?? {}) as { namespace?: string };
  if (!namespace) throw badRequest('no namespace on request');
  const resourceRules: V1PolicyRule[] = [];
  const nonResourceRules: Pick<V1PolicyRule, 'verbs' | 'nonResourceURLs'>[] = [];
  const problems: string[] = [];
  for (const grant of server.authorization.rbac.grants(call.user)) {
    if (grant.namespace && grant.namespace !== namespace) continue;
    if (grant.problem) problems.push(grant.problem);
    for (const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } of grant.rules) {
      if (resources?.length) {
        const names = resourceNames?.length ? { resourceNames } : {};
        resourceRules.push({ verbs, ...(apiGroups ? { apiGroups } : {}), resources, ...names });
      }
      // URLs are no matter of a namespace.
      if (nonResourceURLs?.length && !grant.namespace) nonResourceRules.push({ verbs, nonResourceURLs });
    }
  }
  return {
    code: 201,
    body: {
      kind: 'SelfSubjectRulesReview',
      apiVersion: call.resource.apiVersion,
      metadata: { creationTimestamp: null },
      spec: {},
      status: {
        resourceRules,
        nonResourceRules,
        incomplete: problems.length > 0,
        ...(problems.length ? { evaluationError: problems.join(', ') } : {}),
      },
    },
  };
}
