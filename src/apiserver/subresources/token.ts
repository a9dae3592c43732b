// Plays the `token` subresource of ServiceAccounts: TokenRequest.
import { rfc3339, seconds } from '../../machinery/clock.ts';
import type { ApiResponse } from '../../machinery/http.ts';
import { conflict, type FieldError, invalid, notFound } from '../../machinery/status.ts';
import { type Call, methodNotAllowed } from '../call.ts';
import { parseBody } from '../decoding.ts';
import type { Server } from '../server.ts';
import type { BoundTo } from '../service-account-tokens.ts';

interface TokenRequest {
  spec?: {
    audiences?: string[];
    expirationSeconds?: number;
    boundObjectRef?: { kind?: string; apiVersion?: string; name?: string; uid?: string };
  };
}

const ONE_HOUR = 3600;
const LEAST = 600;
const MOST = 2 ** 32;

export async function token(server: Server, call: Call): Promise<ApiResponse> {
  const { info, resource } = call;
  if (info.verb !== 'create') throw methodNotAllowed();
  const body = ((await parseBody(call.request)) ?? {}) as TokenRequest;
  const lifetime = body.spec?.expirationSeconds ?? ONE_HOUR;
  const errors = lifetimeErrors(lifetime);
  if (errors.length > 0) throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', errors);

  const account = server.entry(resource, info.namespace, info.name).value;
  const { ISSUER, signToken, unsignedToken } = await import('../service-account-tokens.ts');
  const bound: BoundTo = { namespace: info.namespace, serviceAccount: { name: info.name, uid: account.metadata.uid } };
  bindTo(server, bound, body.spec?.boundObjectRef);
  const audiences = body.spec?.audiences?.length ? body.spec.audiences : [ISSUER];
  const now = server.deps.clock.now();
  return {
    code: 201,
    body: {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: info.name, namespace: info.namespace, creationTimestamp: rfc3339(now) },
      spec: { audiences, expirationSeconds: lifetime, boundObjectRef: body.spec?.boundObjectRef ?? null },
      status: {
        token: (call.request.unsigned ? unsignedToken : signToken)(server.deps.random, bound, audiences, lifetime, now),
        expirationTimestamp: rfc3339(now + seconds(lifetime)),
      },
    },
  };
}

/** pkg/apis/authentication/validation. */
function lifetimeErrors(lifetime: number): FieldError[] {
  const field = 'spec.expirationSeconds';
  const reason = 'FieldValueInvalid';
  if (lifetime < LEAST) return [{ reason, field, message: `Invalid value: ${lifetime}: may not specify a duration less than 10 minutes` }];
  if (lifetime > MOST)
    return [{ reason, field, message: `Invalid value: ${lifetime}: may not specify a duration larger than 2^32 seconds` }];
  return [];
}

function bindTo(server: Server, bound: BoundTo, ref: NonNullable<TokenRequest['spec']>['boundObjectRef']): void {
  if (!ref?.kind) return;
  const plural = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' }[ref.kind];
  const target = plural && server.resources.find('', 'v1', plural);
  if (!plural || !target) {
    throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [
      {
        reason: 'FieldValueInvalid',
        field: 'spec.boundObjectRef',
        message: `Invalid value: "${ref.kind}": cannot bind token for serviceaccount`,
      },
    ]);
  }
  const name = ref.name ?? '';
  const found = server.storage.get(target, plural === 'nodes' ? '' : bound.namespace, name);
  if (!found) throw notFound({ group: '', resource: plural }, name);
  const { uid } = found.value.metadata;
  if (ref.uid && ref.uid !== uid) {
    throw conflict(
      { group: '', resource: plural },
      name,
      `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  if (plural === 'pods') {
    bound.pod = { name, uid };
    // Whoever has the Pod's token is on the Pod's node.
    const nodes = server.resources.find('', 'v1', 'nodes');
    const { nodeName = '' } = found.value.spec as { nodeName?: string };
    const node = nodes && nodeName ? server.storage.get(nodes, '', nodeName)?.value : undefined;
    if (node) bound.node = { name: nodeName, uid: node.metadata.uid };
  }
  if (plural === 'secrets') bound.secret = { name, uid };
  if (plural === 'nodes') bound.node = { name, uid };
}
