// Requests beside the API's resources: health, version, discovery, OpenAPI. Metrics are not served.
import type { ApiRequest, ApiResponse } from '../machinery/http.ts';
import { discovery } from './discovery.ts';
import type { RequestInfo } from './request-info.ts';
import { pathNotFound, type Resources } from './resources.ts';
import type { Server } from './server.ts';
import { SERVER_VERSION } from './version.ts';

const CHECKS = [
  'ping',
  'log',
  'etcd',
  'poststarthook/start-apiserver-admission-initializer',
  'poststarthook/generic-apiserver-start-informers',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/scheduling/bootstrap-system-priority-classes',
];
const HEALTH = new Set(['healthz', 'livez', 'readyz']);

export async function nonResource(
  request: ApiRequest,
  info: RequestInfo,
  resources: Resources,
  { deps, storage }: Server,
): Promise<ApiResponse> {
  const { segments, query } = info;
  if (request.method !== 'GET') throw pathNotFound();
  const [first = '', second] = segments;
  if (first === 'version' && segments.length === 1) return { code: 200, body: SERVER_VERSION };
  if (HEALTH.has(first) && (second === undefined || CHECKS.includes(segments.slice(1).join('/')))) {
    if (second !== undefined || !query.has('verbose')) return { code: 200, body: 'ok' };
    const excluded = query.all('exclude');
    const lines = CHECKS.map((check) => (excluded.includes(check) ? `[+]${check} excluded: ok` : `[+]${check} ok`));
    return { code: 200, body: `${lines.join('\n')}\n${first} check passed\n` };
  }
  if (first === 'api' || first === 'apis') return discovery(info, request.accept, resources);
  if (first === 'openapi' && second === 'v3') return (await import('./openapi/v3.ts')).openapiV3(segments, resources);
  if (first === 'openapi' && second === 'v2' && segments.length === 2) return (await import('./openapi/v2.ts')).openapiV2(resources);
  if (info.path.startsWith('/.well-known/openid-configuration') && segments.length === 2) {
    return (await import('./keys/issuer.ts')).issuerMetadata(resources, storage);
  }
  if (first === 'openid' && segments.join('/') === 'openid/v1/jwks') return (await import('./keys/issuer.ts')).keySet(deps.random);
  if (segments.length === 0) return { code: 200, body: { paths: paths(resources) } };
  throw pathNotFound();
}

function paths(resources: Resources): string[] {
  const found = new Set([
    '/.well-known/openid-configuration',
    '/openid/v1/jwks',
    '/api',
    '/api/v1',
    '/apis',
    '/apis/',
    '/version',
    ...[...HEALTH].map((name) => `/${name}`),
  ]);
  for (const { kind } of resources.all()) {
    if (!kind.names.group) continue;
    found.add(`/apis/${kind.names.group}`);
    found.add(`/apis/${kind.names.group}/${kind.names.version}`);
  }
  return [...found].sort();
}
