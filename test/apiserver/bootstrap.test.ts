// What kube-apiserver makes for itself when it first starts.
import { describe, expect, test } from 'vitest';
import { bootstrapObjects } from '../../src/apiserver/bootstrap/objects.ts';
import { pathForManifest } from '../../src/cluster/manifest-path.ts';
import type { KubeObject } from '../../src/machinery/object.ts';
import { type TestServer, testServer } from './harness.ts';

const objects = bootstrapObjects('10.96.0.1', '10.96.0.0/12', '172.18.0.2');
const FLOWS = '/apis/flowcontrol.apiserver.k8s.io/v1';

async function bootstrapped(): Promise<TestServer> {
  const server = await testServer({ namespaces: false });
  for (const object of objects) await server.ok('POST', pathForManifest(object), object);
  return server;
}

const names = (kind: string): string[] => objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);

test('every controller has a role and a binding to its account', () => {
  const roles = names('ClusterRole').filter((name) => name.startsWith('system:controller:'));
  expect(roles.length).toBe(38);
  for (const name of roles) {
    expect(objects.find((object) => object.kind === 'ClusterRoleBinding' && object.metadata.name === name)).toMatchObject({
      roleRef: { kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: name.replace('system:controller:', ''), namespace: 'kube-system' }],
    });
  }
});

describe('flow control', () => {
  test('a schema says whether its priority level exists, and hears when that changes', async () => {
    const { ok } = await bootstrapped();
    const dangling = async (name: string) =>
      ((await ok('GET', `${FLOWS}/flowschemas/${name}`)) as KubeObject & { status: { conditions: object[] } }).status.conditions[0];
    expect(await dangling('exempt')).toMatchObject({ type: 'Dangling', status: 'False', reason: 'Found' });
    await ok('POST', `${FLOWS}/flowschemas`, { metadata: { name: 'mine' }, spec: { priorityLevelConfiguration: { name: 'mine' } } });
    expect(await dangling('mine')).toMatchObject({
      status: 'True',
      reason: 'NotFound',
      message: 'This FlowSchema references the PriorityLevelConfiguration object named "mine" but there is no such object',
    });
    const spec = { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } };
    await ok('POST', `${FLOWS}/prioritylevelconfigurations`, { metadata: { name: 'mine' }, spec });
    expect(await dangling('mine')).toMatchObject({ status: 'False', reason: 'Found' });
    await ok('DELETE', `${FLOWS}/prioritylevelconfigurations/mine`);
    expect(await dangling('mine')).toMatchObject({ status: 'True', reason: 'NotFound' });
  });
});
