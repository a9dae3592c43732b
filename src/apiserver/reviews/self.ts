// Plays SelfSubjectReview: who the caller is (`kubectl auth whoami`).
import { rfc3339 } from '../../machinery/clock.ts';
import type { ApiResponse } from '../../machinery/http.ts';
import type { Call } from '../call.ts';
import type { Server } from '../server.ts';

export async function selfSubjectReview(server: Server, { user, resource }: Call): Promise<ApiResponse> {
  const { name, uid, groups, extra } = user;
  return {
    code: 201,
    body: {
      kind: 'SelfSubjectReview',
      apiVersion: resource.apiVersion,
      metadata: { creationTimestamp: rfc3339(server.deps.clock.now()) },
      status: { userInfo: { username: name, ...(uid ? { uid } : {}), groups, ...(extra ? { extra } : {}) } },
    },
  };
}
