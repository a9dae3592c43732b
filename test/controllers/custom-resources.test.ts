// Controllers that concern every kind treat custom resources like all others.
import { beforeEach, expect, test } from 'vitest';
import { CustomResourceDefinition } from '../../src/api/apiextensions/customresourcedefinition.ts';
import { ConfigMap } from '../../src/api/core/configmap.ts';
import { Namespace } from '../../src/api/core/namespace.ts';
import { ResourceQuota } from '../../src/api/core/resourcequota.ts';
import type { KubeObject } from '../../src/machinery/object.ts';
import { type Whole, wholeCluster } from './whole-cluster.ts';

let whole: Whole;
const GROUP = '/apis/example.com/v1';

async function foo(method: 'GET' | 'POST' | 'DELETE' | 'PATCH', namespace: string, name = '', body?: unknown): Promise<KubeObject> {
  const path = `${GROUP}/namespaces/${namespace}/foos${name ? `/${name}` : ''}`;
  const contentType = method === 'PATCH' ? { contentType: 'application/merge-patch+json' } : {};
  return (await whole.admin.request({ method, path, ...contentType, ...(body ? { body } : {}) })).body as KubeObject;
}
const make = (namespace: string, name: string, metadata: object = {}) =>
  foo('POST', namespace, '', { apiVersion: 'example.com/v1', kind: 'Foo', metadata: { name, namespace, ...metadata } });

beforeEach(async () => {
  whole = await wholeCluster();
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  await whole.admin.create(CustomResourceDefinition, {
    metadata: { name: 'foos.example.com' },
    spec: {
      group: 'example.com',
      names: { kind: 'Foo', plural: 'foos', singular: 'foo' },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  });
  await whole.admin.create(Namespace, { metadata: { name: 'team' }, spec: {} });
  await whole.cluster.settle();
}, 60_000);

test('a namespace waits for its custom resources, and goes with the last of them', async () => {
  const { admin, cluster } = whole;
  await make('team', 'plain');
  await make('team', 'kept', { finalizers: ['example.com/keep'] });
  await admin.delete(Namespace, { name: 'team' });
  await cluster.settle();
  const found = await admin.get(Namespace, { name: 'team' });
  const messages = Object.fromEntries((found?.status?.conditions ?? []).map(({ type, message }) => [type, message]));
  expect(messages.NamespaceContentRemaining).toBe('Some resources are remaining: foos.example.com has 1 resource instances');
  expect(messages.NamespaceFinalizersRemaining).toBe(
    'Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances',
  );
  await foo('PATCH', 'team', 'kept', { metadata: { finalizers: null } });
  await cluster.settle();
  expect(await admin.get(Namespace, { name: 'team' })).toBeUndefined();
});

const ownedBy = ({ apiVersion, kind, metadata: { name, uid } }: KubeObject) => ({
  ownerReferences: [{ apiVersion, kind, name, uid, blockOwnerDeletion: true }],
});

test.each(['Background', 'Foreground'])('what a custom resource owns goes with it, %s', async (propagationPolicy) => {
  const { admin, cluster } = whole;
  const owner = await make('team', 'owner');
  await admin.create(ConfigMap, { metadata: { name: 'owned', namespace: 'team', ...ownedBy(owner) } });
  await make('team', 'owned-too', ownedBy(owner));
  await cluster.settle();
  await foo('DELETE', 'team', 'owner', { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy });
  await cluster.settle();
  expect(await admin.get(ConfigMap, { namespace: 'team', name: 'owned' })).toBeUndefined();
  expect((await foo('GET', 'team')) as unknown).toMatchObject({ items: [] });
});

test('a custom resource goes with its built-in owner', async () => {
  const { admin, cluster } = whole;
  const owner = await admin.create(ConfigMap, { metadata: { name: 'owner', namespace: 'team' } });
  await make('team', 'owned', ownedBy({ ...owner, apiVersion: 'v1', kind: 'ConfigMap' }));
  await cluster.settle();
  await admin.delete(ConfigMap, { namespace: 'team', name: 'owner' });
  await cluster.settle();
  expect((await foo('GET', 'team')) as unknown).toMatchObject({ items: [] });
});

test('a quota shows how many custom resources there are', async () => {
  const { admin, cluster } = whole;
  await admin.create(ResourceQuota, { metadata: { name: 'q', namespace: 'team' }, spec: { hard: { 'count/foos.example.com': '2' } } });
  await make('team', 'one');
  await cluster.settle();
  expect((await admin.get(ResourceQuota, { namespace: 'team', name: 'q' }))?.status?.used).toEqual({ 'count/foos.example.com': '1' });
  await foo('DELETE', 'team', 'one');
  await cluster.settle();
  expect((await admin.get(ResourceQuota, { namespace: 'team', name: 'q' }))?.status?.used).toEqual({ 'count/foos.example.com': '0' });
});
