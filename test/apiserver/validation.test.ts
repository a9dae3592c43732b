import { describe, expect, test } from 'vitest';
import type { Status } from '../../src/machinery/status.ts';
import { MERGE, pod, STRATEGIC, testServer } from './harness.ts';

const NS = '/api/v1/namespaces/default';
const STRICT = { query: { fieldValidation: 'Strict' } };
const deployment = (spec: Record<string, unknown> = {}): Record<string, unknown> => ({
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    ...spec,
  },
});
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

describe('fields', () => {
  const unknown = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'nginx', imag: 'x' }], foo: 'bar' } };

  test('that are unknown are refused when strict', async () => {
    const { refused } = await testServer();
    expect(await refused('POST', `${NS}/pods`, unknown, STRICT)).toBe(
      'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.containers[0].imag", unknown field "spec.foo"',
    );
  });

  test('that are unknown are dropped with a warning otherwise', async () => {
    const { request } = await testServer();
    const response = await request('POST', `${NS}/pods`, unknown);
    expect(response.warnings).toEqual(['unknown field "spec.containers[0].imag"', 'unknown field "spec.foo"']);
    expect((response.body as { spec: object }).spec).not.toHaveProperty('foo');
    const silent = await request('POST', `${NS}/pods`, { ...unknown, metadata: { name: 'q' } }, { query: { fieldValidation: 'Ignore' } });
    expect(silent).not.toHaveProperty('warnings');
  });

  test.each([
    [
      'replicas',
      'three',
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
  ])('of the wrong type are always refused', async (field, value, message) => {
    const { refused } = await testServer();
    expect(await refused('POST', DEPLOYMENTS, deployment({ [field]: value }))).toBe(message);
  });

  // As patch.go of the API server writes it: a strategic patch as the map that it is, others as the text of the object that results.
  test.each([
    [{}, 'Ignore', { replicas: 'x' }, /^Invalid value: "map\[spec:map\[replicas:x\]\]": unrecognized type: int32$/],
    [{}, 'Strict', { foo: 'bar' }, /^Invalid value: "map\[spec:map\[foo:bar\]\]": strict decoding error: unknown field "spec.foo"$/],
    [{}, 'Strict', { paused: 1 }, /: unrecognized type: bool$/],
    [{}, 'Strict', { replicas: 1.5 }, /: cannot convert float64 to int32$/],
    [{}, 'Strict', { selector: 'x' }, /: cannot restore struct from: string$/],
    [{}, 'Strict', { template: { spec: { containers: [{ name: 'c', command: 'ls' }] } } }, /: cannot restore slice from string$/],
    [{}, 'Strict', { template: { spec: { nodeSelector: [] } } }, /: cannot restore map from slice$/],
    [{}, 'Strict', { template: { spec: { dnsPolicy: 1 } } }, /: cannot convert int64 to v1.DNSPolicy$/],
    [
      MERGE,
      'Ignore',
      { replicas: 'x' },
      /^Invalid value: "{\\"apiVersion\\":.*\\"replicas\\":\\"x\\".*}": json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32$/,
    ],
    [
      MERGE,
      'Strict',
      { foo: 'bar' },
      /^Invalid value: "{\\"apiVersion\\":.*\\"foo\\":\\"bar\\".*}": strict decoding error: unknown field "spec.foo"$/,
    ],
  ])('what a patch leads to cannot be decoded: %o %s %o', async (type, fieldValidation, spec, message) => {
    const { ok, request } = await testServer();
    await ok('POST', DEPLOYMENTS, deployment());
    for (const patch of [{ spec }, JSON.stringify({ spec })]) {
      const { code, body } = await request('PATCH', `${DEPLOYMENTS}/web`, patch, { ...type, query: { fieldValidation } });
      expect(code).toBe(422);
      expect((body as Status).details?.causes).toEqual([
        { reason: 'FieldValueInvalid', field: 'patch', message: expect.stringMatching(message) },
      ]);
    }
  });
});

describe('objects', () => {
  const NAME = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;
  test.each([
    [
      '/configmaps',
      { metadata: { name: 'Bad_Name' } },
      `ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": ${NAME}`,
    ],
    [
      '/configmaps',
      { metadata: { name: 'a'.repeat(270) } },
      `ConfigMap "${'a'.repeat(270)}" is invalid: metadata.name: Invalid value: "${'a'.repeat(270)}": must be no more than 253 bytes`,
    ],
    [
      '/pods',
      { metadata: { name: 'p' }, spec: { containers: [{ name: 'c' }] } },
      'Pod "p" is invalid: spec.containers[0].image: Required value',
    ],
    ['/pods', { metadata: { name: 'p' }, spec: { containers: [] } }, 'Pod "p" is invalid: spec.containers: Required value'],
    [
      '/pods',
      { metadata: {}, spec: { containers: [{ name: 'c', image: 'x' }] } },
      'Pod "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
    [
      '/configmaps',
      { metadata: { name: 'a', namespace: 'b' } },
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      '/configmaps',
      { apiVersion: 'v2', metadata: { name: 'a' } },
      'the API version in the data (v2) does not match the expected API version (v1)',
    ],
  ])('%s (%#) are refused with every reason', async (path, body, message) => {
    const { refused } = await testServer();
    expect(await refused('POST', NS + path, body)).toBe(message);
  });

  test.each([
    [
      { spec: { selector: { matchLabels: { app: 'x' } } } },
      'Deployment.apps "web" is invalid: [spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`, spec.selector: Invalid value: {"matchLabels":{"app":"x"}}: field is immutable]',
    ],
    [{ metadata: { name: 'other' } }, 'the name of the object (other) does not match the name on the URL (web)'],
  ])('changes that are not allowed (%#)', async (change, message) => {
    const { ok, refused } = await testServer();
    await ok('POST', DEPLOYMENTS, deployment());
    expect(await refused('PATCH', `${DEPLOYMENTS}/web`, change, STRATEGIC)).toBe(message);
  });

  test('a running Pod changes its image and little else', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', `${NS}/pods`, pod('p'));
    await ok('PATCH', `${NS}/pods/p`, { spec: { containers: [{ name: 'c', image: 'nginx:1.25' }] } }, STRATEGIC);
    const message = await refused(
      'PATCH',
      `${NS}/pods/p`,
      { spec: { containers: [{ name: 'c', env: [{ name: 'A', value: 'b' }] }] } },
      STRATEGIC,
    );
    expect(message).toMatch(
      /^Pod "p" is invalid: spec: Forbidden: pod updates may not change fields other than `spec\.containers\[\*\]\.image`/,
    );
  });

  test('a dry run leaves nothing behind', async () => {
    const { ok, refused } = await testServer();
    const created = await ok('POST', `${NS}/configmaps`, { metadata: { name: 'a' } }, { query: { dryRun: 'All' } });
    expect(created.metadata.uid).toBeTruthy();
    expect(await refused('GET', `${NS}/configmaps/a`)).toBe('configmaps "a" not found');
    await ok('POST', `${NS}/configmaps`, { metadata: { name: 'a' } });
    await ok('DELETE', `${NS}/configmaps/a`, undefined, { query: { dryRun: 'All' } });
    await ok('GET', `${NS}/configmaps/a`);
  });
});

describe('bodies', () => {
  test.each([
    ['{"a":', 'application/json', 400, /^couldn't get version\/kind; json parse error/],
    ['[]', 'application/json', 400, /^couldn't get version\/kind/],
    ['a: b', 'text/plain', 415, /^the body of the request was in an unknown format - accepted media types include: application\/json/],
    ['a: [', 'application/yaml', 400, /yaml/],
  ])('%s as %s is refused', async (body, contentType, code, message) => {
    const { request } = await testServer();
    const response = await request('POST', `${NS}/configmaps`, body, { contentType });
    expect(response.code).toBe(code);
    expect((response.body as Status).message).toMatch(message);
  });

  test('YAML is welcome', async () => {
    const { ok } = await testServer();
    const created = await ok('POST', `${NS}/configmaps`, 'metadata: {name: m}\ndata: {k: v}\n', { contentType: 'application/yaml' });
    expect(created.data).toEqual({ k: 'v' });
  });
});

describe('CustomResourceDefinitions', () => {
  const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const definition = {
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              required: ['spec'],
              properties: {
                spec: {
                  type: 'object',
                  required: ['size'],
                  properties: {
                    size: { type: 'integer', minimum: 1 },
                    color: { type: 'string', enum: ['red', 'blue'], default: 'red' },
                  },
                },
                status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              },
            },
          },
        },
      ],
    },
  };
  const WIDGETS = '/apis/example.com/v1/namespaces/default/widgets';

  test('are served at once, with their columns', async () => {
    const { ok, refused } = await testServer();
    expect(await refused('GET', WIDGETS)).toBe('the server could not find the requested resource');
    const { status } = await ok('POST', CRDS, definition);
    expect(
      (status as { conditions: { type: string; status: string }[] }).conditions.map(({ type, status }) => `${type}=${status}`),
    ).toEqual(['NamesAccepted=True', 'Established=True']);
    await ok('POST', WIDGETS, { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 3 } });
    const table = (await ok('GET', WIDGETS, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })) as unknown as {
      columnDefinitions: { name: string }[];
      rows: { cells: unknown[] }[];
    };
    expect(table.columnDefinitions.map(({ name }) => name)).toEqual(['Name', 'Size']);
    expect(table.rows[0]?.cells).toEqual(['w', 3]);
  });

  test.each([
    [{ size: 'x' }, 'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'],
    [{ size: 0 }, 'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1'],
    [{ color: 'red' }, 'spec.size: Required value'],
    [{ size: 1, color: 'green' }, 'spec.color: Unsupported value: "green": supported values: "red", "blue"'],
  ])('hold their objects to the schema: %j', async (spec, problem) => {
    const { ok, refused } = await testServer();
    await ok('POST', CRDS, definition);
    expect(await refused('POST', WIDGETS, { metadata: { name: 'w' }, spec })).toBe(`Widget.example.com "w" is invalid: ${problem}`);
  });

  test.each([
    { name: 5 },
    { name: 'w', labels: 5 },
    { name: 'w', labels: { a: 1 } },
    { name: 'w', finalizers: 'x' },
    { name: 'w', ownerReferences: {} },
  ])('have metadata of the right types: %j', async (metadata) => {
    const { ok, request } = await testServer();
    await ok('POST', CRDS, definition);
    const response = await request('POST', WIDGETS, { metadata, spec: { size: 1 } });
    expect(response.code).toBe(400);
    expect((response.body as Status).message).toMatch(/^Widget in version "v1" cannot be handled as a Widget: json: cannot unmarshal /);
  });

  test('give defaults and drop what the schema does not know', async () => {
    const { ok, request, refused } = await testServer();
    await ok('POST', CRDS, definition);
    const body = { metadata: { name: 'w' }, spec: { size: 1, shape: 'round' } };
    expect(await refused('POST', WIDGETS, body, STRICT)).toBe(
      'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.shape"',
    );
    const response = await request('POST', WIDGETS, body);
    expect(response).toMatchObject({ warnings: ['unknown field "spec.shape"'], body: { spec: { size: 1, color: 'red' } } });
    expect((response.body as { spec: object }).spec).not.toHaveProperty('shape');
  });

  test('take their objects with them', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', CRDS, definition);
    await ok('POST', WIDGETS, { metadata: { name: 'w', finalizers: ['example.com/hold'] }, spec: { size: 3 } });
    expect((await ok('DELETE', `${CRDS}/widgets.example.com`)).metadata.finalizers).toEqual(['customresourcecleanup.apiextensions.k8s.io']);
    await ok('PATCH', `${WIDGETS}/w`, { metadata: { finalizers: null } }, MERGE);
    expect(await refused('GET', `${CRDS}/widgets.example.com`)).toBe(
      'customresourcedefinitions.apiextensions.k8s.io "widgets.example.com" not found',
    );
    expect(await refused('GET', WIDGETS)).toBe('the server could not find the requested resource');
  });
});
