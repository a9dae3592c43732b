// What is written down about requests, under /kubemu/records/.
import { describe, expect, test } from 'vitest';
import { createRecords, type RequestRecord } from '../../src/machinery/records.ts';
import { MERGE, pod, type TestServer, testServer } from './harness.ts';

const PODS = '/api/v1/namespaces/default/pods';
const JANE = { certificate: { commonName: 'jane', organizations: ['dev'] } };

const last = (server: TestServer): RequestRecord => createRecords(server.store, server.clock).all().at(-1) as RequestRecord;

describe('records', () => {
  test('a write is recorded with who asked, what admission changed, key and revision', async () => {
    const server = await testServer();
    const { metadata } = await server.ok('POST', PODS, pod('web'), { userAgent: 'kubectl/v1.36.0' });
    const record = last(server);
    expect(record).toMatchObject({
      type: 'request',
      at: server.clock.at,
      user: 'kubernetes-admin',
      agent: 'kubectl/v1.36.0',
      verb: 'create',
      resource: 'pods',
      namespace: 'default',
      name: 'web',
      authorization: { allowed: true },
      code: 201,
      key: '/registry/pods/default/web',
      revision: Number(metadata.resourceVersion),
    });
    expect(record.admission).toContainEqual({
      plugin: 'ServiceAccount',
      verdict: 'changed',
      fields: ['spec.containers', 'spec.serviceAccountName', 'spec.serviceAccount', 'spec.volumes'],
    });
  });

  test('a refusal is recorded with the verdict of authorization', async () => {
    const server = await testServer();
    await server.refused('GET', PODS, undefined, { credentials: JANE });
    expect(last(server)).toMatchObject({ user: 'jane', verb: 'list', authorization: { allowed: false }, code: 403, reason: 'Forbidden' });
  });

  test('a refusal by admission names the plugin', async () => {
    const server = await testServer();
    await server.refused('POST', PODS, { ...pod('web'), spec: { ...(pod('web').spec as object), serviceAccountName: 'nobody' } });
    expect(last(server).admission?.at(-1)).toMatchObject({ plugin: 'ServiceAccount', verdict: 'refused' });
  });

  test('the user of a record is the one that was acted as', async () => {
    const server = await testServer();
    await server.refused('GET', PODS, undefined, {
      credentials: { certificate: { commonName: 'kubernetes-admin', organizations: ['system:masters'] }, impersonate: { user: 'jane' } },
    });
    expect(last(server)).toMatchObject({ user: 'jane', impersonator: 'kubernetes-admin' });
  });

  test('reads, dry runs and writes that change nothing leave no record', async () => {
    const server = await testServer();
    await server.ok('POST', PODS, pod('web'));
    const { sequence } = createRecords(server.store, server.clock).all().at(-1) ?? {};
    await server.ok('GET', PODS);
    await server.ok('PATCH', `${PODS}/web`, { metadata: { labels: { app: 'web' } } }, MERGE);
    await server.ok('POST', `${PODS}?dryRun=All`, pod('other'));
    expect(createRecords(server.store, server.clock).all().at(-1)?.sequence).toBe(sequence);
  });

  test('the ring keeps the last ones, as many as its size says', async () => {
    const server = await testServer();
    const records = createRecords(server.store, server.clock);
    records.resize(3);
    for (const name of ['a', 'b', 'c', 'd', 'e']) await server.ok('POST', PODS, pod(name));
    expect(records.all().map((record) => (record as RequestRecord).name)).toEqual(['c', 'd', 'e']);
    records.resize(2);
    expect(records.all().map((record) => (record as RequestRecord).name)).toEqual(['d', 'e']);
    records.resize(0);
    await server.ok('POST', PODS, pod('f'));
    expect(records.all()).toEqual([]);
  });

  test('other components append what they decided', async () => {
    const server = await testServer();
    const records = createRecords(server.store, server.clock);
    records.append({
      type: 'decision',
      component: 'default-scheduler',
      about: 'pods default/web',
      outcome: 'node-1',
      details: { scores: { a: 1 } },
    });
    expect(records.all().at(-1)).toMatchObject({ at: server.clock.at, component: 'default-scheduler', outcome: 'node-1' });
  });
});
