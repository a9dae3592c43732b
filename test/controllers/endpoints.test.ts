import { beforeEach, expect, test } from 'vitest';
import { Endpoints } from '../../src/api/core/endpoints.ts';
import { Service } from '../../src/api/core/service.ts';
import { EndpointSlice } from '../../src/api/discovery/endpointslice.ts';
import { endpointSliceController, wantedEndpoints } from '../../src/controllers/endpointslice.ts';
import { endpointSliceMirroringController, mirroredEndpoints } from '../../src/controllers/endpointslice-mirroring.ts';
import { FakeCluster } from './fake-cluster.ts';
import { pod } from './objects.ts';

let cluster: FakeCluster;
beforeEach(() => {
  cluster = new FakeCluster();
  cluster.add(endpointSliceController.loop(cluster.deps), endpointSliceMirroringController.loop(cluster.deps));
});

const key = { name: 'db', namespace: 'default' };
const one = [{ addresses: [{ ip: '10.9.9.9' }], ports: [{ port: 5432, protocol: 'TCP' }] }];
const slices = (): EndpointSlice[] => cluster.list(EndpointSlice) as EndpointSlice[];
const serve = (spec: object = {}) =>
  cluster.create(Service, { metadata: { ...key }, spec: { clusterIP: '10.96.0.9', ports: [{ port: 80 }], ...spec } });
const point = (metadata: object = {}, subsets: object = one) => cluster.create(Endpoints, { metadata: { ...key, ...metadata }, subsets });

test('Endpoints made by hand for a Service without selector show as an EndpointSlice of theirs', async () => {
  serve();
  const endpoints = point({ labels: { team: 'a' }, annotations: { note: 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}' } });
  await cluster.drain();
  expect(slices()).toMatchObject([
    {
      metadata: {
        generateName: 'db-',
        labels: {
          team: 'a',
          'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
          'kubernetes.io/service-name': 'db',
        },
        annotations: { note: 'x' },
        ownerReferences: [{ kind: 'Endpoints', name: 'db', uid: endpoints.metadata.uid, controller: true, blockOwnerDeletion: true }],
      },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.9.9.9'], conditions: { ready: true } }],
      ports: [{ name: '', port: 5432, protocol: 'TCP' }],
    },
  ]);
  expect(slices()[0]?.metadata.annotations).toEqual({ note: 'x' });
});

test('a changed address changes the slice, other ports use it again, a second family gets a second one', async () => {
  serve();
  point();
  await cluster.drain();
  const [{ metadata: { name = '' } = {} } = {}] = slices();
  cluster.change(Endpoints, key, { subsets: [{ addresses: [{ ip: '10.9.9.10' }], ports: [{ port: 5433, protocol: 'TCP' }] }] });
  await cluster.drain();
  expect(slices()).toMatchObject([{ metadata: { name }, endpoints: [{ addresses: ['10.9.9.10'] }], ports: [{ port: 5433 }] }]);
  cluster.change(Endpoints, key, {
    subsets: [{ addresses: [{ ip: '10.9.9.10' }, { ip: 'fd00::1' }], ports: [{ port: 5433, protocol: 'TCP' }] }],
  });
  await cluster.drain();
  expect(
    slices()
      .map(({ addressType }) => addressType)
      .sort(),
  ).toEqual(['IPv4', 'IPv6']);
});

test.each([
  { why: 'there is no Service', serves: false, metadata: {}, spec: {} },
  { why: 'the Service has a selector', serves: true, metadata: {}, spec: { selector: { app: 'db' } } },
  { why: 'they say so', serves: true, metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }, spec: {} },
  { why: 'they are a lock', serves: true, metadata: { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }, spec: {} },
])('Endpoints are not mirrored when $why', async ({ serves, metadata, spec }) => {
  if (serves) serve(spec);
  point(metadata);
  await cluster.drain();
  expect(slices().filter(({ metadata: { labels } }) => labels?.['endpointslice.kubernetes.io/managed-by']?.includes('mirroring'))).toEqual(
    [],
  );
});

test.each(['the Service', 'the Endpoints'])('the slices go with %s', async (what) => {
  const service = serve();
  const endpoints = point();
  await cluster.drain();
  expect(slices()).toHaveLength(1);
  if (what === 'the Service') cluster.delete(Service, service);
  else cluster.delete(Endpoints, endpoints);
  await cluster.drain();
  expect(slices()).toEqual([]);
});

test('an address that is not ready is mirrored as such, after the ready ones', () => {
  const subsets = [{ addresses: [{ ip: '10.0.0.1', hostname: 'a' }], notReadyAddresses: [{ ip: '10.0.0.2', nodeName: 'n' }] }];
  expect(mirroredEndpoints({ subsets } as unknown as Endpoints)).toEqual([
    {
      addressType: 'IPv4',
      ports: [],
      endpoints: [
        { addresses: ['10.0.0.1'], conditions: { ready: true }, hostname: 'a' },
        { addresses: ['10.0.0.2'], conditions: { ready: false }, nodeName: 'n' },
      ],
    },
  ]);
});

test('beyond a thousand addresses of a subset, the rest is left out and an event says so', async () => {
  serve();
  const addresses = Array.from({ length: 1003 }, (_, i) => ({ ip: `10.1.${Math.floor(i / 250)}.${i % 250}` }));
  point({}, [{ addresses, ports: [{ port: 1, protocol: 'TCP' }] }]);
  await cluster.drain();
  expect(slices()[0]?.endpoints).toHaveLength(1000);
  expect(cluster.events).toEqual([
    'Warning TooManyAddressesToMirror Endpoints/db: A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. 3 addresses were skipped',
  ]);
});

test.each([
  { trafficDistribution: undefined, hints: undefined },
  { trafficDistribution: 'PreferClose', hints: { forZones: [{ name: 'a' }] } },
  { trafficDistribution: 'PreferSameZone', hints: { forZones: [{ name: 'a' }] } },
  { trafficDistribution: 'PreferSameNode', hints: { forNodes: [{ name: 'node01' }], forZones: [{ name: 'a' }] } },
])(
  'with trafficDistribution $trafficDistribution a ready endpoint has hints $hints, another has none',
  ({ trafficDistribution, hints }) => {
    const ready = (status: string) => ({ phase: 'Running', podIP: '10.0.0.1', conditions: [{ type: 'Ready', status }] });
    const pods = ['True', 'False'].map((status, i) => pod(`p${i}`, { nodeName: 'node01' }, { status: ready(status) }));
    const service = { metadata: { name: 's' }, spec: { ports: [{ port: 80 }], trafficDistribution } } as unknown as Service;
    const [group] = wantedEndpoints(service, pods, new Map([['node01', 'a']]));
    expect(group?.endpoints.map((endpoint) => endpoint.hints)).toEqual([hints, undefined]);
  },
);
