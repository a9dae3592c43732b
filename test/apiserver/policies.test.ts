// ValidatingAdmissionPolicy and MutatingAdmissionPolicy.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Status } from '../../src/machinery/status.ts';
import { MERGE, pod, type TestServer, testServer } from './harness.ts';

const POLICIES = '/apis/admissionregistration.k8s.io/v1';
const CONFIGMAPS = '/api/v1/namespaces/default/configmaps';
const CONFIGMAP_RULE = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['configmaps'] }];

let server: TestServer;
beforeEach(async () => {
  server = await testServer();
});

async function validating(spec: Record<string, unknown>, binding: Record<string, unknown> = {}): Promise<void> {
  await server.ok('POST', `${POLICIES}/validatingadmissionpolicies`, {
    metadata: { name: 'demo' },
    spec: { matchConstraints: { resourceRules: CONFIGMAP_RULE }, ...spec },
  });
  await server.ok('POST', `${POLICIES}/validatingadmissionpolicybindings`, {
    metadata: { name: 'demo-binding' },
    spec: { policyName: 'demo', validationActions: ['Deny'], ...binding },
  });
}

const configMap = (name: string, data: Record<string, string> = {}): object => ({ metadata: { name }, data });
const DENIED = `configmaps "a" is forbidden: ValidatingAdmissionPolicy 'demo' with binding 'demo-binding' denied request:`;

describe('ValidatingAdmissionPolicy', () => {
  test('a false expression denies the request as Invalid', async () => {
    await validating({ validations: [{ expression: "'owner' in object.data" }] });
    const { code, body } = await server.request('POST', CONFIGMAPS, configMap('a', { x: 'y' }));
    const { message, reason, details } = body as Status;
    expect({ code, message, reason }).toEqual({
      code: 422,
      reason: 'Invalid',
      message: `${DENIED} failed expression: 'owner' in object.data`,
    });
    expect(details?.causes).toEqual([
      { message: `ValidatingAdmissionPolicy 'demo' with binding 'demo-binding' denied request: failed expression: 'owner' in object.data` },
    ]);
    await server.ok('POST', CONFIGMAPS, configMap('b', { owner: 'me' }));
  });

  test.each([
    [{ message: 'needs an owner' }, 'needs an owner'],
    [{ messageExpression: "'no owner in ' + object.metadata.name", message: 'x' }, 'no owner in a'],
    [{ messageExpression: 'object.data.nothing', message: 'fallback' }, 'fallback'],
  ])('says %j', async (how, message) => {
    await validating({ validations: [{ expression: 'false', ...how }] });
    expect(await server.refused('POST', CONFIGMAPS, configMap('a'))).toBe(`${DENIED} ${message}`);
  });

  test('the reason decides the code', async () => {
    await validating({ validations: [{ expression: 'false', message: 'no', reason: 'Forbidden' }] });
    const { code, body } = await server.request('POST', CONFIGMAPS, configMap('a'));
    expect([code, (body as Status).reason]).toEqual([403, 'Forbidden']);
  });

  test('an expression that cannot be evaluated denies, unless failures are ignored', async () => {
    await validating({ validations: [{ expression: "object.data.owner == 'me'" }] });
    expect(await server.refused('POST', CONFIGMAPS, configMap('a', { x: 'y' }))).toBe(
      `${DENIED} expression 'object.data.owner == 'me'' resulted in error: no such key: owner`,
    );
    await server.ok('PATCH', `${POLICIES}/validatingadmissionpolicies/demo`, { spec: { failurePolicy: 'Ignore' } }, MERGE);
    await server.ok('POST', CONFIGMAPS, configMap('a', { x: 'y' }));
  });

  test('Warn warns and lets pass', async () => {
    await validating({ validations: [{ expression: 'false', message: 'careful' }] }, { validationActions: ['Warn'] });
    const { code, warnings } = await server.request('POST', CONFIGMAPS, configMap('a'));
    expect([code, warnings]).toEqual([
      201,
      ["Validation failed for ValidatingAdmissionPolicy 'demo' with binding 'demo-binding': careful"],
    ]);
  });

  test('match conditions choose requests; the request tells who asks', async () => {
    await validating({
      matchConditions: [{ name: 'not-jane', expression: "request.userInfo.username != 'jane'" }],
      validations: [{ expression: 'false', message: 'only jane' }],
    });
    expect(await server.refused('POST', CONFIGMAPS, configMap('a'))).toBe(`${DENIED} only jane`);
    await server.ok('POST', CONFIGMAPS, configMap('a'), {
      credentials: { certificate: { commonName: 'jane', organizations: ['system:masters'] } },
    });
  });

  test('variables are evaluated when they are used', async () => {
    await validating({
      variables: [
        { name: 'size', expression: 'object.data.size()' },
        { name: 'big', expression: 'variables.size > 1' },
      ],
      validations: [{ expression: '!variables.big', messageExpression: "'has ' + string(variables.size)" }],
    });
    expect(await server.refused('POST', CONFIGMAPS, configMap('a', { x: '1', y: '2' }))).toBe(`${DENIED} has 2`);
    await server.ok('POST', CONFIGMAPS, configMap('b', { x: '1' }));
  });

  test('updates see the old object, deletions only that', async () => {
    await validating({
      validations: [
        { expression: "request.operation != 'UPDATE' || object.data.x == oldObject.data.x", message: 'x stays' },
        { expression: "request.operation != 'DELETE' || oldObject.metadata.name != 'a'", message: 'a stays' },
      ],
    });
    await server.ok('POST', CONFIGMAPS, configMap('a', { x: '1' }));
    expect(await server.refused('PATCH', `${CONFIGMAPS}/a`, { data: { x: '2' } }, MERGE)).toBe(`${DENIED} x stays`);
    expect(await server.refused('DELETE', `${CONFIGMAPS}/a`)).toBe(`${DENIED} a stays`);
  });

  test('parameters come from the object that the binding names', async () => {
    await validating(
      { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [{ expression: 'object.data.size() <= int(params.data.most)' }] },
      { paramRef: { name: 'limits', namespace: 'kube-system', parameterNotFoundAction: 'Deny' } },
    );
    expect(await server.refused('POST', CONFIGMAPS, configMap('a', { x: '1' }))).toBe(
      `${DENIED} failed to configure binding: no params found for policy binding with \`Deny\` parameterNotFoundAction`,
    );
    await server.ok('DELETE', `${POLICIES}/validatingadmissionpolicybindings/demo-binding`);
    await server.ok('POST', '/api/v1/namespaces/kube-system/configmaps', configMap('limits', { most: '1' }));
    await server.ok('POST', `${POLICIES}/validatingadmissionpolicybindings`, {
      metadata: { name: 'demo-binding' },
      spec: {
        policyName: 'demo',
        validationActions: ['Deny'],
        paramRef: { name: 'limits', namespace: 'kube-system' },
        matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } } },
      },
    });
    await server.ok('POST', CONFIGMAPS, configMap('a', { x: '1' }));
    expect(await server.refused('POST', CONFIGMAPS, configMap('b', { x: '1', y: '2' }))).toContain('failed expression: object.data.size()');
  });

  test('a policy without a binding judges nothing', async () => {
    await validating({ validations: [{ expression: 'false' }] }, { policyName: 'other' });
    await server.ok('POST', CONFIGMAPS, configMap('a'));
  });

  test('expressions may ask the authorizer', async () => {
    await validating({
      validations: [
        { expression: "authorizer.group('').resource('secrets').namespace('default').check('delete').allowed()", message: 'may not' },
      ],
    });
    await server.ok('POST', CONFIGMAPS, configMap('a'));
  });
});

describe('MutatingAdmissionPolicy', () => {
  async function mutating(
    mutations: readonly object[],
    { resource = 'pods', name = 'sidecar', reinvocationPolicy = 'Never' } = {},
  ): Promise<void> {
    await server.ok('POST', `${POLICIES}/mutatingadmissionpolicies`, {
      metadata: { name },
      spec: {
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: [resource] }] },
        reinvocationPolicy,
        mutations,
      },
    });
    await server.ok('POST', `${POLICIES}/mutatingadmissionpolicybindings`, {
      metadata: { name },
      spec: { policyName: name },
    });
  }

  test('an applied configuration merges lists by their keys', async () => {
    const expression =
      'Object{metadata: Object.metadata{labels: {"team": "a"}}, spec: Object.spec{initContainers: [Object.spec.initContainers{name: "mesh", image: "busybox", restartPolicy: "Always"}]}}';
    await mutating([{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }]);
    const { metadata, spec } = await server.ok('POST', '/api/v1/namespaces/default/pods', pod('web'));
    expect(metadata.labels).toEqual({ app: 'web', team: 'a' });
    expect((spec as { initContainers: object[] }).initContainers).toMatchObject([
      { name: 'mesh', restartPolicy: 'Always', terminationMessagePath: '/dev/termination-log' },
    ]);
  });

  test('a JSON patch is applied', async () => {
    await mutating([
      {
        patchType: 'JSONPatch',
        jsonPatch: {
          expression:
            '[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("example.com/by"), value: request.userInfo.username}]',
        },
      },
    ]);
    const { metadata } = await server.ok('POST', '/api/v1/namespaces/default/pods', pod('web'));
    expect(metadata.labels).toMatchObject({ 'example.com/by': 'kubernetes-admin' });
  });

  test('a policy that wants it is asked again when a later one has changed the object', async () => {
    const label = (key: string, value: string): object[] => [
      {
        patchType: 'ApplyConfiguration',
        applyConfiguration: { expression: `Object{metadata: Object.metadata{labels: {"${key}": string(${value})}}}` },
      },
    ];
    await mutating(label('a-saw', 'size(object.metadata.labels)'), { name: 'a', reinvocationPolicy: 'IfNeeded' });
    await mutating(label('b-was-here', '"yes"'), { name: 'b' });
    const { metadata } = await server.ok('POST', '/api/v1/namespaces/default/pods', pod('web'));
    expect(metadata.labels).toEqual({ app: 'web', 'a-saw': '3', 'b-was-here': 'yes' });
  });

  test('a failing mutation refuses the request', async () => {
    await mutating([{ patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "remove", path: "/spec/nothing"}]' } }]);
    expect(await server.refused('POST', '/api/v1/namespaces/default/pods', pod('web'))).toMatch(
      /^pods "web" is forbidden: policy 'sidecar' with binding 'sidecar' denied request: JSON Patch: /,
    );
  });
});
