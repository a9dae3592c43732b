// What a served cluster makes of requests that no client should send, and of clients that are slow or gone.
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issue } from '../../src/apiserver/https/certificates.ts';
import { listen } from '../../src/apiserver/https/listener.ts';
import type { KeyPair } from '../../src/apiserver/keys/root.ts';
import type { Serving } from '../../src/cluster/serve.ts';
import { type Ask, ask, createHome, eventsOf, open, type Tls, tlsOf } from './harness.ts';

const home = createHome();
let serving: Serving;
let admin: Required<Tls>;
const at = (path: string): string => `${serving.insecureUrl}${path}`;
const configMaps = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, data: Record<string, string> = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

beforeAll(async () => {
  serving = await home.start();
  admin = tlsOf(home.kubeconfig);
  await ask(at(configMaps), { method: 'POST', body: configMap('a', { x: '1' }) });
}, 60_000);
afterAll(async () => {
  await serving.close();
  home.remove();
  expect(home.problems).toEqual([]);
});

interface Case {
  given: string;
  path?: string;
  ask: Ask;
  code: number;
  message: string;
}

const yaml = (body: string): Ask => ({ method: 'POST', body, headers: { 'Content-Type': 'application/yaml' } });
const patch = (type: string, body: string): Ask => ({ method: 'PATCH', body, headers: { 'Content-Type': `application/${type}` } });
const rejected = 'the server rejected our request due to an error in our request';

test.each<Case>([
  {
    given: 'a body that ends too soon',
    ask: { method: 'POST', body: '{"kind":' },
    code: 400,
    message: "couldn't get version/kind; json parse error: unexpected end of JSON input",
  },
  {
    given: 'a body that is no JSON',
    ask: { method: 'POST', body: '{"kind":"ConfigMap" x}' },
    code: 400,
    message: "couldn't get version/kind; json parse error: invalid character 'x' after object key:value pair",
  },
  {
    given: 'a body nested too deep',
    ask: { method: 'POST', body: `${'['.repeat(20_001)}${']'.repeat(20_001)}` },
    code: 400,
    message: "couldn't get version/kind; json parse error: exceeded max depth",
  },
  {
    given: 'malformed YAML',
    ask: yaml('a: b: c'),
    code: 400,
    message: 'error converting YAML to JSON: yaml: mapping values are not allowed in this context',
  },
  {
    given: 'YAML nested too deep',
    ask: yaml('['.repeat(200_000)),
    code: 400,
    message: 'error converting YAML to JSON: yaml: exceeded max depth of 10000',
  },
  {
    given: 'YAML that laughs a billion times',
    ask: yaml(
      `a: &a [${'x,'.repeat(9)}]\n${[...'bcdefghi'].map((name) => `${name}: &${name} [${`*${String.fromCharCode(name.charCodeAt(0) - 1)},`.repeat(9)}]`).join('\n')}`,
    ),
    code: 400,
    message: 'error converting YAML to JSON: yaml: document contains excessive aliasing',
  },
  {
    given: 'a JSON patch that is no list',
    path: `${configMaps}/a`,
    ask: patch('json-patch+json', '{}'),
    code: 400,
    message: 'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
  },
  {
    given: 'a JSON patch of no operation',
    path: `${configMaps}/a`,
    ask: patch('json-patch+json', '[{"op":"x","path":"/data"}]'),
    code: 422,
    message: rejected,
  },
  {
    given: 'a JSON patch of a path that leads nowhere',
    path: `${configMaps}/a`,
    ask: patch('json-patch+json', '[{"op":"add","path":"data","value":1}]'),
    code: 422,
    message: rejected,
  },
  {
    given: 'a JSON patch whose test fails',
    path: `${configMaps}/a`,
    ask: patch('json-patch+json', '[{"op":"test","path":"/data/x","value":"2"}]'),
    code: 422,
    message: rejected,
  },
  {
    given: 'an empty merge patch',
    path: `${configMaps}/a`,
    ask: patch('merge-patch+json', ''),
    code: 400,
    message: 'error decoding patch: unexpected end of JSON input',
  },
  {
    given: 'a merge patch that is no object',
    path: `${configMaps}/a`,
    ask: patch('merge-patch+json', '[]'),
    code: 400,
    message: 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
  },
  {
    given: 'an unknown directive of a strategic merge patch',
    path: `${configMaps}/a`,
    ask: patch('strategic-merge-patch+json', '{"$patch":"x"}'),
    code: 400,
    message: 'Unknown patch type found: x',
  },
  {
    given: 'server-side apply by nobody',
    path: `${configMaps}/a`,
    ask: patch('apply-patch+yaml', '{"apiVersion":"v1","kind":"ConfigMap"}'),
    code: 422,
    message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  },
  {
    given: 'a field manager with too long a name',
    path: `${configMaps}?fieldManager=${'x'.repeat(129)}`,
    ask: { method: 'POST', body: configMap('b') },
    code: 422,
    message: 'CreateOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes',
  },
  {
    given: 'a limit that is no number',
    path: `${configMaps}?limit=abc`,
    ask: {},
    code: 400,
    message: 'strconv.ParseInt: parsing "abc": invalid syntax',
  },
  {
    given: 'a time-out that is absurd',
    path: `${configMaps}?watch=1&timeoutSeconds=99999999999999999999`,
    ask: {},
    code: 400,
    message: 'strconv.ParseInt: parsing "99999999999999999999": value out of range',
  },
  {
    given: 'a continue token of nobody',
    path: `${configMaps}?continue=x`,
    ask: {},
    code: 400,
    message: 'continue key is not valid: illegal base64 data at input byte 0',
  },
  {
    given: 'a field selector for a field that cannot be selected by',
    path: `${configMaps}?fieldSelector=data.x%3D1`,
    ask: {},
    code: 400,
    message: '"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
  },
  {
    given: 'a label selector that ends too soon',
    path: `${configMaps}?labelSelector=a%20in%20(`,
    ask: {},
    code: 400,
    message: "unable to parse requirement: found '', expected: ',', ')' or identifier",
  },
  {
    given: 'a path of 20,000 characters',
    path: `/${'a'.repeat(20_000)}`,
    ask: {},
    code: 404,
    message: 'the server could not find the requested resource',
  },
])('$given is answered with $code', async ({ path = configMaps, ask: asked, code, message }) => {
  const { body } = await ask(at(path), asked);
  expect(body).toMatchObject({ kind: 'Status', status: 'Failure', code, message });
});

test.each([
  { given: 'JSON', ask: { method: 'POST', body: '{"kind":"ConfigMap","metadata":{"name":"p"},"data":{"\\u005f_proto__":"1"}}' } },
  { given: 'YAML', ask: yaml('kind: ConfigMap\nmetadata: {name: p}\n__proto__: {data: {a: b}}\n') },
  { given: 'a patch', path: `${configMaps}/a`, ask: patch('merge-patch+json', '{"data":{"__proto__":"1"}}') },
])('a field named __proto__ in $given is refused', async ({ path = configMaps, ask: asked }) => {
  const { code, body } = await ask(at(path), asked);
  expect(code).toBe(400);
  expect(body.message).toContain('kubemu takes no field with the name "__proto__"');
});

describe('certificates', () => {
  const day = 86_400_000;
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const asked = (tls: Tls) => ask(`${serving.url}/apis/authentication.k8s.io/v1/selfsubjectreviews`, { method: 'POST', body: review, tls });

  test.each([
    { given: 'expired', by: -30 * 365 * day },
    { given: 'not valid yet', by: 30 * day },
  ])('one that is $given is refused', async ({ by }) => {
    const { store } = serving.served.cluster.parts;
    const authority = store.get<KeyPair>('/kubemu/pki/authority');
    if (!authority) throw new Error('no authority');
    const subject = { commonName: 'jane', organizations: ['system:masters'], use: 'client' as const };
    const now = await issue(authority, subject, Date.now());
    expect((await asked({ ca: admin.ca, cert: now.certificate, key: now.key })).code).toBe(201);
    const other = await issue(authority, subject, Date.now() + by);
    const { code, body } = await asked({ ca: admin.ca, cert: other.certificate, key: other.key });
    expect([code, body.reason]).toEqual([401, 'Unauthorized']);
  });
});

/** What comes back until the connection ends. */
function heard(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (piece) => {
      text += String(piece);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

describe('slow clients', () => {
  test.each([
    { given: 'never sends the end of its head', sent: 'POST / HTTP/1.1\r\nHost: x\r\n', again: 'X-A: b\r\n' },
    { given: 'sends its body letter by letter', sent: 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{', again: ' ' },
  ])('who $given is sent away', async ({ sent, again }) => {
    const problems: string[] = [];
    const listener = await listen({
      backend: async () => ({ code: 200, body: {} }),
      address: '127.0.0.1',
      port: 0,
      patience: { head: 200, request: 400, check: 50 },
      report: (problem) => problems.push(problem),
    });
    const socket = connectPlain(listener.port, '127.0.0.1');
    socket.write(sent);
    const dripping = setInterval(() => socket.write(again), 20);
    expect(await heard(socket)).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    clearInterval(dripping);
    await listener.close();
    expect(problems).toEqual([]);
  });

  test('who leaves in the middle of a body is forgotten', async () => {
    const { port } = new URL(serving.insecureUrl ?? '');
    const socket = connectPlain(Number(port), '127.0.0.1');
    socket.write(`POST ${configMaps} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"kind":`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    expect((await ask(at('/healthz'))).text).toBe('ok');
  });

  test('who does not read its watch keeps nobody waiting, and finds all that happened when it reads on', async () => {
    await ask(at(configMaps), { method: 'POST', body: configMap('loud') });
    const { body } = await ask(at(`${configMaps}/loud`));
    const reply = await open(
      at(`${configMaps}?watch=1&fieldSelector=metadata.name%3Dloud&resourceVersion=${body.metadata.resourceVersion}`),
    );
    reply.pause();
    const changes = 40;
    for (let n = 1; n <= changes; n++) {
      const data = { n: String(n), text: 'x'.repeat(200_000) };
      expect((await ask(at(`${configMaps}/loud`), { method: 'PUT', body: configMap('loud', data) })).code).toBe(200);
    }
    const seen: string[] = [];
    for await (const { object } of eventsOf(reply)) {
      seen.push((object.data as { n: string }).n);
      if (seen.length === changes) break;
    }
    expect(seen).toEqual(Array.from({ length: changes }, (_, n) => String(n + 1)));
  });
});

test('a thousand watches are told, and the server lives on when they all leave at once', async () => {
  const from = (await ask(at(configMaps))).body.metadata.resourceVersion;
  const replies = await Promise.all(
    Array.from({ length: 1000 }, () =>
      open(at(`/api/v1/configmaps?watch=true&fieldSelector=metadata.name%3Dnews&resourceVersion=${from}`)),
    ),
  );
  const named = replies.map(async (reply) => {
    for await (const { object } of eventsOf(reply)) return (object.metadata as { name: string }).name;
    return undefined;
  });
  await ask(at(configMaps), { method: 'POST', body: configMap('news') });
  expect(new Set(await Promise.all(named))).toEqual(new Set(['news']));
  for (const reply of replies) reply.destroy();
  expect((await ask(at(configMaps), { method: 'POST', body: configMap('later') })).code).toBe(201);
}, 60_000);

describe('noise', () => {
  const upgrades = [
    'Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io',
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: v5.channel.k8s.io',
  ];
  const bytes = (seed: number): Buffer => Buffer.from(Array.from({ length: 4000 }, (_, n) => (seed * 31 + n * n * 17 + (n >> 3)) % 256));

  test('is answered as a bad request, or not at all, and the server lives on', async () => {
    await ask(at('/api/v1/namespaces/default/pods'), {
      method: 'POST',
      body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'web', image: 'nginx' }] } },
    });
    const plain = Number(new URL(serving.insecureUrl ?? '').port);
    const secure = Number(new URL(serving.url).port);
    const sockets = [1, 2, 3, 4].flatMap((seed) => [
      { port: plain, sent: bytes(seed), socket: connectPlain(plain, '127.0.0.1') },
      { port: secure, sent: bytes(seed), socket: connectPlain(secure, '127.0.0.1') },
      { port: secure, sent: bytes(seed), socket: connectTls(secure, '127.0.0.1', { ca: admin.ca }) },
      ...upgrades.flatMap((upgrade) =>
        ['exec?command=cat&stdin=1&stdout=1', 'portforward?ports=80', 'attach?stdout=1'].map((rest) => ({
          port: plain,
          sent: Buffer.concat([
            Buffer.from(`POST /api/v1/namespaces/default/pods/web/${rest} HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n\r\n`),
            bytes(seed),
          ]),
          socket: connectPlain(plain, '127.0.0.1'),
        })),
      ),
    ]);
    for (const { socket, sent } of sockets) {
      socket.on('error', () => undefined);
      socket.write(sent);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (const { socket } of sockets) socket.destroy();
    expect((await ask(at('/healthz'))).text).toBe('ok');
    expect((await ask(at('/api/v1/namespaces/default/pods/web'))).code).toBe(200);
  });
});
