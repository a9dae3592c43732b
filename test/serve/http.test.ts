import { existsSync, readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { issue } from '../../src/apiserver/https/certificates.ts';
import { newAuthority } from '../../src/apiserver/keys/root.ts';
import type { Serving } from '../../src/cluster/serve.ts';
import { keyedRandom } from '../../src/machinery/random.ts';
import { ask, createHome, eventsOf, open, type Tls, tlsOf } from './harness.ts';

const home = createHome();
let serving: Serving;
let admin: Required<Tls>;
const at = (path: string): string => `${serving.url}${path}`;
const configMaps = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, data: Record<string, string> = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

beforeAll(async () => {
  serving = await home.start();
  admin = tlsOf(home.kubeconfig);
}, 60_000);
afterAll(async () => {
  await serving.close();
  home.remove();
  expect(home.problems).toEqual([]);
});

describe('who asks', () => {
  test('the client certificate of the kubeconfig is the administrator', async () => {
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const { code, body } = await ask(at('/apis/authentication.k8s.io/v1/selfsubjectreviews'), { method: 'POST', body: review, tls: admin });
    expect(code).toBe(201);
    expect(body.status.userInfo).toMatchObject({
      username: 'kubernetes-admin',
      groups: ['kubeadm:cluster-admins', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [expect.stringMatching(/^X509SHA256=[\da-f]{64}$/)] },
    });
  });

  test('without any credentials one is anonymous', async () => {
    const { code, body } = await ask(at('/api/v1/nodes'), { tls: { ca: admin.ca } });
    expect(code).toBe(403);
    expect(body.message).toBe(
      'nodes is forbidden: User "system:anonymous" cannot list resource "nodes" in API group "" at the cluster scope',
    );
  });

  test('a bad token is refused', async () => {
    const { code, body } = await ask(at('/api/v1/nodes'), { tls: { ca: admin.ca }, headers: { Authorization: 'Bearer nonsense' } });
    expect(code).toBe(401);
    expect(body).toMatchObject({ kind: 'Status', reason: 'Unauthorized', code: 401 });
  });

  test('a certificate of another authority is refused', async () => {
    const now = Date.now();
    const other = await issue(
      newAuthority(keyedRandom('another'), now),
      { commonName: 'kubernetes-admin', organizations: ['system:masters'], use: 'client' },
      now,
    );
    const { code } = await ask(at('/api/v1/nodes'), { tls: { ca: admin.ca, cert: other.certificate, key: other.key } });
    expect(code).toBe(401);
  });

  test('a token of a service account is accepted', async () => {
    const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
    const made = await ask(at(path), {
      method: 'POST',
      tls: admin,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    });
    const { code, body } = await ask(at(configMaps), {
      tls: { ca: admin.ca },
      headers: { Authorization: `Bearer ${made.body.status.token}` },
    });
    expect(code).toBe(403);
    expect(body.message).toContain('User "system:serviceaccount:default:default" cannot list');
  });

  test('the administrator may act as somebody else', async () => {
    const headers = { 'Impersonate-User': 'jane', 'Impersonate-Group': ['a', 'b'] };
    const { body } = await ask(at('/api/v1/nodes'), { tls: admin, headers });
    expect(body.message).toContain('User "jane" cannot list resource "nodes"');
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const self = await ask(at('/apis/authentication.k8s.io/v1/selfsubjectreviews'), { method: 'POST', body: review, tls: admin, headers });
    expect(self.body.status.userInfo.groups).toEqual(['a', 'b', 'system:authenticated']);
  });

  test('over the insecure port everybody is the administrator', async () => {
    expect((await ask(`${serving.insecureUrl}/api/v1/nodes`)).body.items).toHaveLength(3);
  });
});

test('every namespace has the certificate of the authority', async () => {
  const { body } = await ask(at(`${configMaps}/kube-root-ca.crt`), { tls: admin });
  expect(body.data['ca.crt']).toBe(admin.ca);
});

describe('objects', () => {
  test('are created, read, patched, replaced and deleted', async () => {
    const created = await ask(at(configMaps), { method: 'POST', body: configMap('a', { x: '1' }), tls: admin });
    expect(created.code).toBe(201);
    expect(created.headers['content-type']).toBe('application/json');
    const patched = await ask(at(`${configMaps}/a`), {
      method: 'PATCH',
      body: { data: { y: '2' } },
      headers: { 'Content-Type': 'application/merge-patch+json' },
      tls: admin,
    });
    expect(patched.body.data).toEqual({ x: '1', y: '2' });
    const replaced = await ask(at(`${configMaps}/a`), { method: 'PUT', body: { ...patched.body, data: { z: '3' } }, tls: admin });
    expect(replaced.body.data).toEqual({ z: '3' });
    const stale = await ask(at(`${configMaps}/a`), { method: 'PUT', body: patched.body, tls: admin });
    expect([stale.code, stale.body.reason]).toEqual([409, 'Conflict']);
    expect((await ask(at(`${configMaps}/a`), { tls: admin })).body.data).toEqual({ z: '3' });
    expect((await ask(at(`${configMaps}/a`), { method: 'DELETE', tls: admin })).body.status).toBe('Success');
    expect((await ask(at(`${configMaps}/a`), { tls: admin })).code).toBe(404);
  });

  test('come as YAML, too', async () => {
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: from-yaml\ndata:\n  x: "1"\n';
    const created = await ask(at(configMaps), { method: 'POST', body: yaml, headers: { 'Content-Type': 'application/yaml' }, tls: admin });
    expect(created.code).toBe(201);
    const read = await ask(at(`${configMaps}/from-yaml`), { headers: { Accept: 'application/yaml' }, tls: admin });
    expect(read.headers['content-type']).toBe('application/yaml');
    expect(read.text).toContain('data:\n  x: "1"\n');
  });

  test('come as protobuf, and are answered as JSON', async () => {
    const body = Buffer.concat([
      Buffer.from('k8s\0', 'latin1'),
      field(1, Buffer.concat([field(1, 'v1'), field(2, 'ConfigMap')])),
      field(
        2,
        Buffer.concat([
          field(1, Buffer.concat([field(1, 'proto'), field(3, '')])),
          field(2, Buffer.concat([field(1, 'key'), field(2, 'value')])),
        ]),
      ),
    ]);
    const headers = {
      'Content-Type': 'application/vnd.kubernetes.protobuf',
      Accept: 'application/vnd.kubernetes.protobuf,application/json',
    };
    const created = await ask(at(configMaps), { method: 'POST', body, headers, tls: admin });
    expect([created.code, created.body.metadata.name, created.body.data]).toEqual([201, 'proto', { key: 'value' }]);
    const cut = await ask(at(configMaps), { method: 'POST', body: body.subarray(0, body.length - 3), headers, tls: admin });
    expect([cut.code, cut.body.reason]).toEqual([400, 'BadRequest']);
  });

  test('are shown as tables when that is asked for', async () => {
    const { body } = await ask(at('/api/v1/nodes'), {
      tls: admin,
      headers: { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' },
    });
    expect(body.kind).toBe('Table');
    expect(body.rows.map((row: { cells: string[] }) => row.cells.slice(0, 2))).toEqual([
      ['controlplane', 'Ready'],
      ['node01', 'Ready'],
      ['node02', 'Ready'],
    ]);
  });

  test('at clock max a workload has settled when its creation is answered', async () => {
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx' }] } };
    const body = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { replicas: 2, selector: { matchLabels: labels }, template },
    };
    await ask(at('/apis/apps/v1/namespaces/default/deployments'), { method: 'POST', body, tls: admin });
    const { body: found } = await ask(at('/apis/apps/v1/namespaces/default/deployments/web'), { tls: admin });
    expect(found.status.readyReplicas).toBe(2);
  });

  test('large answers are compressed', async () => {
    const data = { text: 'x'.repeat(200_000) };
    await ask(at(configMaps), { method: 'POST', body: configMap('large', data), tls: admin });
    const reply = await open(at(`${configMaps}/large`), { tls: admin, headers: { 'Accept-Encoding': 'gzip' } });
    expect(reply.headers['content-encoding']).toBe('gzip');
    const chunks: Buffer[] = [];
    for await (const chunk of reply) chunks.push(chunk as Buffer);
    expect(JSON.parse(gunzipSync(Buffer.concat(chunks)).toString('utf8')).data).toEqual(data);
  });

  test('warnings come as headers', async () => {
    const body = { ...configMap('warned'), dat: {} };
    const { headers } = await ask(at(`${configMaps}?fieldValidation=Warn`), { method: 'POST', body, tls: admin });
    expect(headers.warning).toBe('299 - "unknown field \\"dat\\""');
  });
});

describe('watches', () => {
  test('stream what happens', async () => {
    const reply = await open(at(`${configMaps}?watch=true&resourceVersion=${await revision()}&fieldSelector=metadata.name%3Dwatched`), {
      tls: admin,
    });
    await ask(at(configMaps), { method: 'POST', body: configMap('watched'), tls: admin });
    await ask(at(`${configMaps}/watched`), { method: 'DELETE', tls: admin });
    const seen: string[] = [];
    for await (const { type } of eventsOf(reply)) {
      seen.push(type);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(['ADDED', 'DELETED']);
  });

  test('of fifty watches each is told, and those that left bother nobody', async () => {
    const from = await revision();
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => open(at(`/api/v1/configmaps?watch=true&resourceVersion=${from}`), { tls: admin })),
    );
    for (const reply of replies.splice(0, 10)) reply.destroy();
    await ask(at(configMaps), { method: 'POST', body: configMap('told'), tls: admin });
    const names = await Promise.all(
      replies.map(async (reply) => {
        for await (const { object } of eventsOf(reply)) return (object.metadata as { name: string }).name;
        return undefined;
      }),
    );
    expect(new Set(names)).toEqual(new Set(['told']));
  });

  test('end when their time is over', async () => {
    const reply = await open(at(`${configMaps}?watch=true&resourceVersion=${await revision()}&timeoutSeconds=1`), {
      tls: admin,
      headers: { 'Kubectl-Command': 'kubectl wait' },
    });
    for await (const _ of eventsOf(reply));
    expect(reply.complete).toBe(true);
  });

  test('from a revision that is still to come are refused', async () => {
    const { code, body } = await ask(at(`${configMaps}?watch=true&resourceVersion=999999999`), { tls: admin });
    expect([code, body.reason]).toEqual([504, 'Timeout']);
  });
});

describe('bad input', () => {
  test.each([
    { given: 'malformed JSON', path: configMaps, ask: { method: 'POST', body: '{"a":' }, code: 400, reason: 'BadRequest' },
    {
      given: 'malformed YAML',
      path: configMaps,
      ask: { method: 'POST', body: 'a: b: c', headers: { 'Content-Type': 'application/yaml' } },
      code: 400,
      reason: 'BadRequest',
    },
    { given: 'a list for an object', path: configMaps, ask: { method: 'POST', body: '[]' }, code: 400, reason: 'BadRequest' },
    {
      given: 'a content type that nobody knows',
      path: configMaps,
      ask: { method: 'POST', body: '<a/>', headers: { 'Content-Type': 'text/xml' } },
      code: 415,
      reason: 'UnsupportedMediaType',
    },
    {
      given: 'a patch of no kind',
      path: `${configMaps}/kube-root-ca.crt`,
      ask: { method: 'PATCH', body: '{}', headers: { 'Content-Type': 'application/json' } },
      code: 415,
      reason: 'UnsupportedMediaType',
    },
    {
      given: 'protobuf that is none',
      path: configMaps,
      ask: { method: 'POST', body: 'nope', headers: { 'Content-Type': 'application/vnd.kubernetes.protobuf' } },
      code: 400,
      reason: 'BadRequest',
    },
    {
      given: 'a body beyond 3 MiB',
      path: configMaps,
      ask: { method: 'POST', body: ' '.repeat(3 * 1024 * 1024 + 1) },
      code: 413,
      reason: 'RequestEntityTooLarge',
    },
    {
      given: 'a media type that cannot be had',
      path: configMaps,
      ask: { headers: { Accept: 'text/html' } },
      code: 406,
      reason: 'NotAcceptable',
    },
    { given: 'an unknown path', path: '/nope', ask: {}, code: 404, reason: 'NotFound' },
    { given: 'an unknown resource', path: '/api/v1/nopes', ask: {}, code: 404, reason: 'NotFound' },
    { given: 'an unknown method', path: configMaps, ask: { method: 'OPTIONS' }, code: 405, reason: 'MethodNotAllowed' },
    { given: 'a bad selector', path: `${configMaps}?labelSelector=a%20in`, ask: {}, code: 400, reason: 'BadRequest' },
    {
      given: 'exec without an upgrade',
      path: '/api/v1/namespaces/default/pods/web/exec?command=ls',
      ask: { method: 'POST' },
      code: 400,
      reason: 'BadRequest',
    },
    { given: 'a stray percent sign', path: `${configMaps}/%zz`, ask: {}, code: 404, reason: 'NotFound' },
  ])('$given is answered with a Status of $code', async ({ path, ask: asked, code, reason }) => {
    const reply = await ask(at(path), { ...asked, tls: admin });
    expect(reply.body).toMatchObject({ kind: 'Status', status: 'Failure', code, reason });
    expect(reply.code).toBe(code);
  });
});

describe('documents', () => {
  test('aggregated discovery names itself in its content type', async () => {
    const headers = { Accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json' };
    const reply = await ask(at('/apis'), { tls: admin, headers });
    expect(reply.headers['content-type']).toBe('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
    expect(reply.body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toContain('apps');
  });

  test('every group and version has an OpenAPI document in which every reference leads somewhere', async () => {
    const { body } = await ask(at('/openapi/v3'), { tls: admin });
    expect(Object.keys(body.paths)).toContain('apis/apps/v1');
    for (const { serverRelativeURL } of Object.values<{ serverRelativeURL: string }>(body.paths)) {
      const document = await ask(at(serverRelativeURL), { tls: admin });
      const wanted = [...document.text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name);
      expect(wanted.filter((name) => !document.body.components.schemas[name])).toEqual([]);
    }
  });

  test('OpenAPI v2 comes as JSON with all schemas, and names itself in protobuf', async () => {
    const { body } = await ask(at('/openapi/v2'), { tls: admin });
    expect(body.swagger).toBe('2.0');
    expect(body.definitions['io.k8s.api.apps.v1.Deployment'].properties.spec).toEqual({
      description: 'DeploymentSpec is the specification of the desired behavior of the Deployment.',
      $ref: '#/definitions/io.k8s.api.apps.v1.DeploymentSpec',
    });
    const proto = await ask(at('/openapi/v2'), {
      tls: admin,
      headers: { Accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf' },
    });
    expect(proto.headers['content-type']).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
    expect(proto.text).toContain('Kubernetes');
  });

  test.each(['/healthz', '/livez', '/readyz'])('%s says ok to anybody', async (path) => {
    const { code, text, headers } = await ask(at(path), { tls: { ca: admin.ca } });
    expect([code, text, headers['content-type']]).toEqual([200, 'ok', 'text/plain; charset=utf-8']);
  });
});

describe('exec', () => {
  beforeAll(async () => {
    const body = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'shell' },
      spec: { containers: [{ name: 'shell', image: 'nginx' }] },
    };
    await ask(at('/api/v1/namespaces/default/pods'), { method: 'POST', body, tls: admin });
  });

  test.each(['v5.channel.k8s.io', 'v4.channel.k8s.io'])('speaks %s', async (protocol) => {
    const { channels, status } = await exec(['sh', '-c', 'echo out; echo err >&2; exit 3'], protocol);
    expect(channels).toMatchObject({ 1: 'out\n', 2: 'err\n' });
    expect(status).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
  });

  test('passes input on until it is closed', async () => {
    const { channels, status } = await exec(['cat'], 'v5.channel.k8s.io', 'two\nlines\n');
    expect(channels[1]).toBe('two\nlines\n');
    expect(status).toMatchObject({ status: 'Success' });
  });

  test('others are served while one waits for input', async () => {
    const client = new WebSocket(execUrl(['cat'], true), ['v5.channel.k8s.io'], admin);
    await new Promise((resolve) => client.once('open', resolve));
    expect((await ask(at('/api/v1/nodes'), { tls: admin })).code).toBe(200);
    client.terminate();
    expect((await ask(at('/api/v1/nodes'), { tls: admin })).code).toBe(200);
  });

  test('a Pod that is not there is a 404 before the upgrade', async () => {
    const client = new WebSocket(execUrl(['ls'], false).replace('/shell/', '/nobody/'), ['v5.channel.k8s.io'], admin);
    const code = await new Promise((resolve) => {
      client.on('unexpected-response', (_, reply) => resolve(reply.statusCode));
      client.on('error', () => undefined);
    });
    expect(code).toBe(404);
  });
});

describe('the process of kube-apiserver', () => {
  test('connections are refused while it does not run', async () => {
    const { served } = serving;
    const { store } = served.cluster.parts;
    const key = '/kubemu/net/listeners/controlplane/6443';
    const listener = store.get(key);
    await served.change(() => store.delete(key));
    await expect(ask(at('/healthz'), { tls: admin })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await served.change(() => store.put(key, listener));
    expect((await ask(at('/healthz'), { tls: admin })).code).toBe(200);
  });
});

describe('the end', () => {
  test('state and kubeconfig are private, and what was answered survives a new start', async () => {
    expect(statSync(home.kubeconfig).mode & 0o777).toBe(0o600);
    expect(statSync(home.stateFile).mode & 0o777).toBe(0o600);
    await ask(at(configMaps), { method: 'POST', body: configMap('kept'), tls: admin });
    expect(readFileSync(home.stateFile, 'utf8')).toContain('/registry/configmaps/default/kept'); // on disk once answered
    const names = Array.from({ length: 50 }, (_, i) => `together-${i}`);
    const codes = await Promise.all(
      names.map(async (name) => (await ask(at(configMaps), { method: 'POST', body: configMap(name), tls: admin })).code),
    );
    expect(new Set(codes)).toEqual(new Set([201]));
    const text = readFileSync(home.stateFile, 'utf8');
    expect(names.filter((name) => !text.includes(`/registry/configmaps/default/${name}"`))).toEqual([]);
    const watching = await open(at(`${configMaps}?watch=true`), { tls: admin });
    expect(existsSync(`${home.stateFile}.lock`)).toBe(true);
    await serving.close();
    expect(existsSync(`${home.stateFile}.lock`)).toBe(false);
    watching.resume();
    serving = await home.start();
    expect(tlsOf(home.kubeconfig)).toEqual(admin);
    expect((await ask(at(`${configMaps}/kept`), { tls: admin })).code).toBe(200);
  });
});

async function revision(): Promise<string> {
  return (await ask(at(`${configMaps}?limit=1`), { tls: admin })).body.metadata.resourceVersion;
}

function execUrl(command: readonly string[], stdin: boolean): string {
  const query = [...command.map((word) => `command=${encodeURIComponent(word)}`), `stdin=${stdin}`, 'stdout=true', 'stderr=true'].join('&');
  return `${serving.url.replace('https', 'wss')}/api/v1/namespaces/default/pods/shell/exec?${query}`;
}

function exec(
  command: readonly string[],
  protocol: string,
  input?: string,
): Promise<{ channels: Record<number, string>; status: unknown }> {
  const client = new WebSocket(execUrl(command, input !== undefined), [protocol], admin);
  const channels: Record<number, string> = {};
  if (input !== undefined) {
    client.on('open', () => {
      client.send(Buffer.concat([Buffer.of(0), Buffer.from(input)]));
      client.send(Buffer.of(255, 0));
    });
  }
  client.on('message', (data: Buffer) => {
    const channel = data[0] ?? 0;
    channels[channel] = (channels[channel] ?? '') + data.subarray(1).toString('utf8');
  });
  return new Promise((resolve, reject) => {
    client.on('error', reject);
    client.on('close', () => resolve({ channels, status: JSON.parse(channels[3] ?? 'null') }));
  });
}

/** A field of protobuf with a length. */
function field(number: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.of(number * 8 + 2, bytes.length), bytes]);
}
