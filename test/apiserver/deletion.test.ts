import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/machinery/object.ts';
import { MERGE, pod, type TestServer, testServer } from './harness.ts';

const PODS = '/api/v1/namespaces/default/pods';
const CONFIGMAPS = '/api/v1/namespaces/default/configmaps';

async function running(server: TestServer, name: string): Promise<KubeObject> {
  await server.ok('POST', PODS, pod(name));
  await server.ok('POST', `${PODS}/${name}/binding`, { target: { kind: 'Node', name: 'n' } });
  return server.ok('PATCH', `${PODS}/${name}/status`, { status: { phase: 'Running' } }, MERGE);
}

describe('deleting a Pod', () => {
  test('without a node is done at once', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', PODS, pod('web'));
    expect((await ok('DELETE', `${PODS}/web`)).kind).toBe('Status');
    expect(await refused('GET', `${PODS}/web`)).toBe('pods "web" not found');
  });

  test('on a node gives it thirty seconds, and the kubelet confirms', async () => {
    const server = await testServer();
    await running(server, 'web');
    const marked = await server.ok('DELETE', `${PODS}/web`);
    expect(marked.metadata).toMatchObject({ deletionTimestamp: '2026-11-20T12:00:30Z', deletionGracePeriodSeconds: 30 });
    await server.ok('DELETE', `${PODS}/web`, { gracePeriodSeconds: 0, preconditions: { uid: marked.metadata.uid } });
    expect(await server.refused('GET', `${PODS}/web`)).toBe('pods "web" not found');
  });

  test('a second time can only shorten the grace', async () => {
    const server = await testServer();
    await running(server, 'web');
    await server.ok('DELETE', `${PODS}/web`);
    server.clock.at += 5000;
    const longer = await server.ok('DELETE', `${PODS}/web`, { gracePeriodSeconds: 100 });
    expect(longer.metadata.deletionGracePeriodSeconds).toBe(30);
    const shorter = await server.ok('DELETE', `${PODS}/web`, { gracePeriodSeconds: 10 });
    expect(shorter.metadata).toMatchObject({ deletionTimestamp: '2026-11-20T12:00:10Z', deletionGracePeriodSeconds: 10 });
  });

  test('needs the uid that was meant', async () => {
    const server = await testServer();
    const { metadata } = await running(server, 'web');
    expect(await server.refused('DELETE', `${PODS}/web`, { preconditions: { uid: 'other' } })).toBe(
      `Operation cannot be fulfilled on pods "web": Precondition failed: UID in precondition: other, UID in object meta: ${metadata.uid}`,
    );
  });
});

describe('finalizers', () => {
  test('hold an object until they are gone', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', CONFIGMAPS, { metadata: { name: 'a', finalizers: ['example.com/x'] } });
    expect((await ok('DELETE', `${CONFIGMAPS}/a`)).metadata).toMatchObject({
      deletionTimestamp: '2026-11-20T12:00:00Z',
      deletionGracePeriodSeconds: 0,
    });
    expect(await refused('PATCH', `${CONFIGMAPS}/a`, { metadata: { finalizers: ['example.com/x', 'example.com/y'] } }, MERGE)).toBe(
      'ConfigMap "a" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/y"}',
    );
    await ok('PATCH', `${CONFIGMAPS}/a`, { metadata: { finalizers: null } }, MERGE);
    expect(await refused('GET', `${CONFIGMAPS}/a`)).toBe('configmaps "a" not found');
  });

  test.each([
    ['Foreground', ['foregroundDeletion']],
    ['Orphan', ['orphan']],
  ])('propagation %s leaves the rest to the garbage collector', async (propagationPolicy, finalizers) => {
    const { ok } = await testServer();
    await ok('POST', CONFIGMAPS, { metadata: { name: 'a' } });
    expect((await ok('DELETE', `${CONFIGMAPS}/a`, { propagationPolicy })).metadata.finalizers).toEqual(finalizers);
  });

  test('an unknown propagation is refused', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', CONFIGMAPS, { metadata: { name: 'a' } });
    expect(await refused('DELETE', `${CONFIGMAPS}/a`, { propagationPolicy: 'Sideways' })).toBe(
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Sideways": supported values: "Foreground", "Background", "Orphan", "nil"',
    );
  });
});

test('a collection is deleted by selector', async () => {
  const { ok } = await testServer();
  for (const [name, app] of [
    ['a', 'x'],
    ['b', 'x'],
    ['c', 'y'],
  ])
    await ok('POST', CONFIGMAPS, { metadata: { name, labels: { app } } });
  await ok('DELETE', `${CONFIGMAPS}?labelSelector=app%3Dx`);
  const list = (await ok('GET', CONFIGMAPS)) as unknown as { items: KubeObject[] };
  expect(list.items.map(({ metadata }) => metadata.name)).toEqual(['c']);
});

describe('eviction', () => {
  const PDBS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';

  test('asks the disruption budget', async () => {
    const server = await testServer();
    await running(server, 'web');
    await server.ok('PATCH', `${PODS}/web/status`, { status: { conditions: [{ type: 'Ready', status: 'True' }] } }, MERGE);
    await server.ok('POST', PDBS, { metadata: { name: 'web-pdb' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } } });
    await server.ok(
      'PATCH',
      `${PDBS}/web-pdb/status`,
      { status: { observedGeneration: 1, disruptionsAllowed: 0, desiredHealthy: 1, currentHealthy: 1, expectedPods: 1 } },
      MERGE,
    );
    const response = await server.request('POST', `${PODS}/web/eviction`, { metadata: { name: 'web' } });
    expect(response.body).toMatchObject({
      code: 429,
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: {
        causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget web-pdb needs 1 healthy pods and has 1 currently' }],
      },
    });
    await server.ok('PATCH', `${PDBS}/web-pdb/status`, { status: { disruptionsAllowed: 1 } }, MERGE);
    await server.ok('POST', `${PODS}/web/eviction`, { metadata: { name: 'web' } });
    const evicted = await server.ok('GET', `${PODS}/web`);
    expect(evicted.metadata.deletionTimestamp).toBe('2026-11-20T12:00:30Z');
    expect((await server.ok('GET', `${PDBS}/web-pdb`)).status).toMatchObject({
      disruptionsAllowed: 0,
      disruptedPods: { web: '2026-11-20T12:00:00Z' },
    });
  });
});
