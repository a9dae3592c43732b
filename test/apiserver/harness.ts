// An API server over an empty keyspace at a fixed instant, and requests in few words.

import type { ApiServerOptions } from '../../src/apiserver/server.ts';
import { createApiServer } from '../../src/apiserver/server.ts';
import { createEtcd } from '../../src/etcd/store.ts';
import type { Dialer } from '../../src/machinery/dialer.ts';
import { DialError } from '../../src/machinery/dialer.ts';
import type { ApiRequest, ApiResponse, Credentials, HttpMethod } from '../../src/machinery/http.ts';
import type { KubeObject } from '../../src/machinery/object.ts';
import { keyedRandom } from '../../src/machinery/random.ts';
import type { Status } from '../../src/machinery/status.ts';
import { storeOf } from '../../src/state/keyspace-store.ts';
import { createKeyspace } from '../../src/state/memory-keyspace.ts';

export const START = Date.parse('2026-11-20T12:00:00Z');

export const ADMIN: Credentials = { certificate: { commonName: 'kubernetes-admin', organizations: ['system:masters'] } };

const refusing: Dialer = {
  connect: async (_from, host, port) => {
    throw new DialError('refused', host, port, []);
  },
  resolve: () => ({ addresses: [], reads: [] }),
};

export interface TestServer {
  clock: { at: number; now(): number };
  store: ReturnType<typeof storeOf>;
  request(method: HttpMethod, path: string, body?: unknown, more?: Partial<ApiRequest>): Promise<ApiResponse>;
  /** The object of a request that must succeed. */
  ok(method: HttpMethod, path: string, body?: unknown, more?: Partial<ApiRequest>): Promise<KubeObject>;
  /** The message of a request that must be refused. */
  refused(method: HttpMethod, path: string, body?: unknown, more?: Partial<ApiRequest>): Promise<string>;
}

export interface TestServerOptions {
  dialer?: Dialer;
  options?: Partial<ApiServerOptions>;
  /** Creates namespace `default` with its ServiceAccount, and `kube-system`. On when absent. */
  namespaces?: boolean;
  pass?: (clock: { at: number }) => Promise<void>;
}

export async function testServer({
  dialer = refusing,
  options = {},
  namespaces = true,
  pass,
}: TestServerOptions = {}): Promise<TestServer> {
  const clock = { at: START, now: () => clock.at };
  const keyspace = createKeyspace();
  const store = storeOf(keyspace);
  const etcd = createEtcd({ keyspace, clock, wakeUps: { set: () => {}, clear: () => {} } });
  const server = createApiServer({
    etcd,
    store,
    clock,
    random: keyedRandom('test'),
    dialer,
    ...(pass ? { pass: () => pass(clock) } : {}),
    options: { serviceClusterIPRange: '10.96.0.0/12', ...options },
  });
  const request: TestServer['request'] = (method, path, body, more) => server.handle({ method, path, body, credentials: ADMIN, ...more });
  const ok: TestServer['ok'] = async (method, path, body, more) => {
    const response = await request(method, path, body, more);
    if (response.code >= 400) throw new Error(`${method} ${path}: ${(response.body as Status).message}`);
    return response.body as KubeObject;
  };
  const refused: TestServer['refused'] = async (method, path, body, more) => {
    const response = await request(method, path, body, more);
    if (response.code < 400) throw new Error(`${method} ${path} was not refused`);
    return (response.body as Status).message ?? '';
  };
  if (namespaces) {
    for (const name of ['default', 'kube-system']) {
      await ok('POST', '/api/v1/namespaces', { metadata: { name } });
      await ok('POST', `/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } });
    }
  }
  return { clock, store, request, ok, refused };
}

export const pod = (name: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: name } },
  spec: { containers: [{ name: 'c', image: 'nginx' }], ...more },
});

export const MERGE = { contentType: 'application/merge-patch+json' };
export const JSON_PATCH = { contentType: 'application/json-patch+json' };
export const STRATEGIC = { contentType: 'application/strategic-merge-patch+json' };
