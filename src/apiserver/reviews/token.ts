// Plays TokenReview: whose token is this.
import type { ApiResponse } from '../../machinery/http.ts';
import type { Call } from '../call.ts';
import { expectKind, parseBody } from '../decoding.ts';
import type { Server } from '../server.ts';

export async function tokenReview(server: Server, call: Call): Promise<ApiResponse> {
  const object = expectKind(await parseBody(call.request), call.resource);
  const spec = (object.spec ?? {}) as { token?: string; audiences?: readonly string[] };
  const user = spec.token ? (await server.tokens())(spec.token, spec.audiences?.length ? spec.audiences : undefined) : undefined;
  const status = user
    ? {
        authenticated: true,
        user: {
          username: user.name,
          ...(user.uid ? { uid: user.uid } : {}),
          groups: [...user.groups, 'system:authenticated'],
          ...(user.extra ? { extra: user.extra } : {}),
        },
        audiences: user.audiences,
      }
    : { user: {}, error: spec.token ? 'invalid bearer token' : 'no token specified' };
  return {
    code: 201,
    body: { kind: 'TokenReview', apiVersion: call.resource.apiVersion, metadata: { creationTimestamp: null }, spec, status },
  };
}
