import { expect, test } from 'vitest';
import { Pod } from '../../src/api/core/pod.ts';
import { builtinKinds, kindFor, kindForResource } from '../../src/api/index.ts';

test.each([
  { group: '', plural: 'pods', prefix: '/registry/pods/', short: 'po' },
  { group: '', plural: 'nodes', prefix: '/registry/minions/', short: 'no' },
  { group: '', plural: 'services', prefix: '/registry/services/specs/', short: 'svc' },
  { group: '', plural: 'endpoints', prefix: '/registry/services/endpoints/', short: 'ep' },
  { group: 'apps', plural: 'deployments', prefix: '/registry/deployments/', short: 'deploy' },
  { group: 'networking.k8s.io', plural: 'ingresses', prefix: '/registry/ingress/', short: 'ing' },
  {
    group: 'apiextensions.k8s.io',
    plural: 'customresourcedefinitions',
    prefix: '/registry/apiextensions.k8s.io/customresourcedefinitions/',
    short: 'crd',
  },
])('etcd keeps $plural under $prefix', ({ group, plural, prefix, short }) => {
  const kind = kindForResource(group, 'v1', plural);
  expect(kind?.etcdPrefix).toBe(prefix);
  expect(kind?.names.shortNames[0]).toBe(short);
});

test('a kind with code of its own is the one that lookups find', () => {
  expect(kindFor('', 'v1', 'Pod')).toBe(Pod);
});

test('discovery lists the core group first and a preferred version before the others', () => {
  const kinds = builtinKinds();
  expect(kinds[0]?.names.group).toBe('');
  const hpa = kinds.filter((kind) => kind.names.kind === 'HorizontalPodAutoscaler').map((kind) => kind.names.version);
  expect(hpa).toEqual(['v2', 'v1']);
});

test('the category all holds what kubectl get all shows', () => {
  const all = builtinKinds().filter((kind) => kind.names.categories.includes('all'));
  expect([...new Set(all.map((kind) => kind.resource))]).toEqual([
    'pods',
    'replicationcontrollers',
    'services',
    'daemonsets.apps',
    'deployments.apps',
    'replicasets.apps',
    'statefulsets.apps',
    'horizontalpodautoscalers.autoscaling',
    'cronjobs.batch',
    'jobs.batch',
  ]);
});
