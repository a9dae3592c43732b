import { beforeEach, describe, expect, test } from 'vitest';
import { Endpoints } from '../../src/api/core/endpoints.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { Service } from '../../src/api/core/service.ts';
import { EndpointSlice } from '../../src/api/discovery/endpointslice.ts';
import { endpointsController } from '../../src/controllers/endpoints.ts';
import { endpointSliceController } from '../../src/controllers/endpointslice.ts';
import { networkLoops } from '../../src/network/index.ts';
import { resolveName, searchDomains } from '../../src/network/resolve.ts';
import { translate } from '../../src/network/translate.ts';
import { FakeCluster } from '../controllers/fake-cluster.ts';
import { draft, pod } from '../controllers/objects.ts';

let cluster: FakeCluster;
const running = (ip: string, ready: boolean) => ({
  phase: 'Running',
  podIP: ip,
  conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
});
const service = (name: string, namespace: string, spec: Service['spec']): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace, uid: '', resourceVersion: '', creationTimestamp: '' },
  spec,
});

beforeEach(async () => {
  cluster = new FakeCluster();
  cluster.add(
    endpointSliceController.loop(cluster.deps),
    endpointsController.loop(cluster.deps),
    ...networkLoops({ ...cluster.deps, client: cluster.client }),
  );
  cluster.create(Pod, {
    ...draft(pod('coredns', {}, { labels: { 'k8s-app': 'kube-dns' }, status: running('10.244.0.2', true) })),
    metadata: { name: 'coredns', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
  });
  cluster.create(
    Service,
    draft(
      service('kube-dns', 'kube-system', {
        clusterIP: '10.96.0.10',
        selector: { 'k8s-app': 'kube-dns' },
        ports: [{ name: 'dns', port: 53, protocol: 'UDP' }],
      }),
    ),
  );
  cluster.create(Pod, draft(pod('web-1', {}, { labels: { app: 'web' }, status: running('10.244.1.1', true) })));
  cluster.create(Pod, draft(pod('web-2', {}, { labels: { app: 'web' }, status: running('10.244.1.2', false) })));
  cluster.create(
    Service,
    draft(
      service('web', 'default', {
        clusterIP: '10.96.0.20',
        selector: { app: 'web' },
        ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }],
      }),
    ),
  );
  await cluster.drain();
});

describe('a Service', () => {
  test('has one EndpointSlice that shows who is ready', () => {
    const [slice] = cluster.list(EndpointSlice, { namespace: 'default' }) as EndpointSlice[];
    expect(slice?.metadata.name).toMatch(/^web-[a-z0-9]{5}$/);
    expect(slice?.ports).toEqual([{ name: '', port: 8080, protocol: 'TCP' }]);
    expect(slice?.endpoints?.map(({ addresses, conditions }) => [addresses[0], conditions?.ready])).toEqual([
      ['10.244.1.1', true],
      ['10.244.1.2', false],
    ]);
  });

  test('has Endpoints of its name', () => {
    const [endpoints] = cluster.list(Endpoints, { namespace: 'default' }) as Endpoints[];
    expect(endpoints?.subsets).toMatchObject([
      { addresses: [{ ip: '10.244.1.1' }], notReadyAddresses: [{ ip: '10.244.1.2' }], ports: [{ port: 8080, protocol: 'TCP' }] },
    ]);
  });

  test('leads to its ready Pods only', () => {
    expect(translate(cluster.store, '10.96.0.20', 80, 7)).toEqual({
      address: '10.244.1.1',
      port: 8080,
      reads: ['/kubemu/net/rules/10.96.0.20/80'],
    });
  });

  test('is no concern of other ports and addresses', () => {
    expect(translate(cluster.store, '10.96.0.20', 81, 0)).toBeUndefined();
    expect(translate(cluster.store, '10.244.1.1', 8080, 0)).toBeUndefined();
  });

  test('refuses when no Pod is ready', async () => {
    cluster.change(Pod, { namespace: 'default', name: 'web-1' }, { status: running('10.244.1.1', false) });
    await cluster.drain();
    expect(translate(cluster.store, '10.96.0.20', 80, 7)).toMatchObject({ refused: true });
  });

  test('answers on every node by its node port', () => {
    cluster.store.put('/kubemu/net/addresses/172.18.0.3', 'node01');
    cluster.store.put('/kubemu/nodes/node01/machine', {});
    expect(translate(cluster.store, '172.18.0.3', 30080, 0)).toMatchObject({ address: '10.244.1.1', port: 8080 });
    expect(translate(cluster.store, '10.244.1.1', 30080, 0)).toBeUndefined();
  });

  test('leaves nothing behind when it is deleted', async () => {
    const web = cluster.objects.get('services/default/web');
    if (web) cluster.delete(Service, web);
    await cluster.drain();
    expect([...cluster.drawer.keys()].filter((key) => key.includes('10.96.0.20') || key.includes('web'))).toEqual([]);
  });
});

describe('cluster DNS', () => {
  const ask = (host: string, namespace = 'default') => resolveName(cluster.store, host, searchDomains(namespace));

  test.each([
    { host: 'web', namespace: 'default', finds: ['10.96.0.20'] },
    { host: 'web.default', namespace: 'kube-system', finds: ['10.96.0.20'] },
    { host: 'web.default.svc.cluster.local', namespace: 'kube-system', finds: ['10.96.0.20'] },
    { host: 'web.default.svc.cluster.local.', namespace: 'kube-system', finds: ['10.96.0.20'] },
    { host: 'web', namespace: 'kube-system', finds: [] },
    { host: '10-244-1-1.default.pod.cluster.local', namespace: 'default', finds: ['10.244.1.1'] },
  ])('a pod of $namespace that asks for $host finds $finds', ({ host, namespace, finds }) => {
    expect(ask(host, namespace).addresses).toEqual(finds);
  });

  test('a headless Service answers with its ready Pods', async () => {
    cluster.create(Service, draft(service('db', 'default', { clusterIP: 'None', selector: { app: 'web' }, ports: [{ port: 80 }] })));
    await cluster.drain();
    expect(ask('db').addresses).toEqual(['10.244.1.1']);
    expect(ask('10-244-1-1.db').addresses).toEqual(['10.244.1.1']);
  });

  test('an ExternalName leads outside', async () => {
    cluster.create(Service, draft(service('ext', 'default', { type: 'ExternalName', externalName: 'example.com' })));
    await cluster.drain();
    expect(ask('ext')).toMatchObject({ addresses: [], external: 'example.com' });
  });

  test('nobody answers while no CoreDNS Pod is ready', async () => {
    cluster.change(Pod, { namespace: 'kube-system', name: 'coredns' }, { status: running('10.244.0.2', false) });
    await cluster.drain();
    expect(ask('web')).toMatchObject({ addresses: [], failure: 'no-server' });
  });
});
