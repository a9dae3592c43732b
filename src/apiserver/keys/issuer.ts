// Plays the service account issuer's discovery: OpenID Connect metadata and the public key that verifies tokens.
import type { ApiResponse } from '../../machinery/http.ts';
import type { KubeObject } from '../../machinery/object.ts';
import type { Random } from '../../machinery/random.ts';
import type { Resources } from '../resources.ts';
import { ISSUER } from '../service-account-tokens.ts';
import type { Storage } from '../storage.ts';
import { tokenKey } from './token-key.ts';

export function issuerMetadata(resources: Resources, storage: Storage): ApiResponse {
  const endpoints = resources.find('', 'v1', 'endpoints');
  const kubernetes = endpoints && (storage.get(endpoints, 'default', 'kubernetes')?.value as (KubeObject & Endpoints) | undefined);
  const address = kubernetes?.subsets?.[0]?.addresses?.[0]?.ip;
  return {
    code: 200,
    body: {
      issuer: ISSUER,
      jwks_uri: `${address ? `https://${address}:${kubernetes?.subsets?.[0]?.ports?.[0]?.port ?? 6443}` : ISSUER}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    },
  };
}

interface Endpoints {
  subsets?: readonly { addresses?: readonly { ip: string }[]; ports?: readonly { port: number }[] }[];
}

export function keySet(random: Random): ApiResponse {
  const { key, id } = tokenKey(random);
  const { x, y } = key;
  return {
    code: 200,
    body: {
      keys: [{ use: 'sig', kty: 'EC', kid: id, crv: 'P-256', alg: 'ES256', x: x.toString('base64url'), y: y.toString('base64url') }],
    },
  };
}
