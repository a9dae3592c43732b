import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/machinery/object.ts';
import { MERGE, testServer } from './harness.ts';

const SERVICES = '/api/v1/namespaces/default/services';
type Service = KubeObject & { spec: { clusterIP?: string; clusterIPs?: string[]; ports?: { nodePort?: number }[]; type?: string } };
const service = (name: string, spec: Record<string, unknown> = {}): unknown => ({
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
});

describe('a Service', () => {
  test('gets an address of the range, outside the band for chosen ones', async () => {
    const { ok, store } = await testServer();
    const { spec } = (await ok('POST', SERVICES, service('web'))) as Service;
    expect(spec).toMatchObject({ ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', type: 'ClusterIP', clusterIPs: [spec.clusterIP] });
    const [a, b, c, d] = String(spec.clusterIP).split('.').map(Number) as [number, number, number, number];
    expect(a === 10 && b >= 96 && b < 112 && (b - 96) * 65536 + c * 256 + d > 256).toBe(true);
    expect(store.get(`/kubemu/index/clusterips/${spec.clusterIP}`)).toBe('default/web');
    await ok('DELETE', `${SERVICES}/web`);
    expect(store.get(`/kubemu/index/clusterips/${spec.clusterIP}`)).toBeUndefined();
  });

  test('may ask for one', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', SERVICES, service('dns', { clusterIP: '10.96.0.10' }));
    expect(await refused('POST', SERVICES, service('other', { clusterIP: '10.96.0.10' }))).toBe(
      'Service "other" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
    );
    expect(await refused('POST', SERVICES, service('far', { clusterIP: '10.0.0.1' }))).toBe(
      'Service "far" is invalid: spec.clusterIPs: Invalid value: ["10.0.0.1"]: failed to allocate IP 10.0.0.1: the provided network does not match the current range',
    );
  });

  test('keeps its address and ports when it changes', async () => {
    const { ok } = await testServer();
    const before = (await ok('POST', SERVICES, service('web', { type: 'NodePort' }))) as Service;
    const port = before.spec.ports?.[0]?.nodePort ?? 0;
    expect(port >= 30086 && port <= 32767).toBe(true);
    const after = (await ok('PUT', `${SERVICES}/web`, service('web', { type: 'NodePort', selector: { a: 'b' } }))) as Service;
    expect([after.spec.clusterIP, after.spec.ports?.[0]?.nodePort]).toEqual([before.spec.clusterIP, port]);
    const plain = (await ok('PATCH', `${SERVICES}/web`, { spec: { type: 'ClusterIP' } }, MERGE)) as Service;
    expect(plain.spec.ports?.[0]).not.toHaveProperty('nodePort');
  });

  test('shares no node port', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', SERVICES, service('a', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }));
    expect(await refused('POST', SERVICES, service('b', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }))).toBe(
      'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    );
    expect(await refused('POST', SERVICES, service('c', { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }))).toBe(
      'Service "c" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    );
  });

  test('needs no address when headless or external', async () => {
    const { ok } = await testServer();
    expect(((await ok('POST', SERVICES, service('headless', { clusterIP: 'None' }))) as Service).spec.clusterIPs).toEqual(['None']);
    const external = (await ok('POST', SERVICES, {
      metadata: { name: 'ext' },
      spec: { type: 'ExternalName', externalName: 'example.com' },
    })) as Service;
    expect(external.spec).not.toHaveProperty('clusterIP');
  });
});

describe('addresses of Services', () => {
  const CIDRS = '/apis/networking.k8s.io/v1/servicecidrs';
  const ADDRESSES = '/apis/networking.k8s.io/v1/ipaddresses';
  const cidr = (name: string, ...cidrs: string[]): unknown => ({ metadata: { name }, spec: { cidrs } });

  test('are IPAddress objects that name their Service, for as long as it has them', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', SERVICES, service('web', { clusterIP: '10.96.0.20' }));
    expect(await ok('GET', `${ADDRESSES}/10.96.0.20`)).toMatchObject({
      metadata: { labels: { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' } },
      spec: { parentRef: { group: '', resource: 'services', namespace: 'default', name: 'web' } },
    });
    await ok('DELETE', `${SERVICES}/web`);
    expect(await refused('GET', `${ADDRESSES}/10.96.0.20`)).toBe('ipaddresses.networking.k8s.io "10.96.0.20" not found');
  });

  test('that somebody else has taken are not given away', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', ADDRESSES, {
      metadata: { name: '10.96.0.30' },
      spec: { parentRef: { resource: 'gateways', group: 'x.io', name: 'g' } },
    });
    expect(await refused('POST', SERVICES, service('web', { clusterIP: '10.96.0.30' }))).toContain('provided IP is already allocated');
  });

  test('come from further ranges, too', async () => {
    const { ok } = await testServer();
    await ok('POST', CIDRS, cidr('kubernetes', '10.96.0.0/28'));
    await ok('POST', CIDRS, cidr('more', '10.200.0.0/24'));
    expect(await ok('GET', `${CIDRS}/kubernetes`)).toMatchObject({ status: { conditions: [{ type: 'Ready', status: 'True' }] } });
    await ok('POST', SERVICES, service('chosen', { clusterIP: '10.200.0.7' }));
    for (let i = 0; i < 14; i++) await ok('POST', SERVICES, service(`s${i}`));
    expect(((await ok('POST', SERVICES, service('last'))) as Service).spec.clusterIP).toMatch(/^10\.200\.0\./);
  });

  test.each([
    [
      ADDRESSES,
      { metadata: { name: '10.0.0.256' }, spec: { parentRef: { resource: 's', name: 'n' } } },
      'metadata.name: Invalid value: "10.0.0.256": must be a valid IP address',
    ],
    [
      ADDRESSES,
      { metadata: { name: '2001:DB8::1' }, spec: { parentRef: { resource: 's', name: 'n' } } },
      'must be in canonical form ("2001:db8::1")',
    ],
    [ADDRESSES, { metadata: { name: '10.0.0.1' }, spec: { parentRef: { resource: 's' } } }, 'spec.parentRef.name: Required value'],
    [CIDRS, cidr('a'), 'spec.cidrs: Required value: at least one CIDR required'],
    [CIDRS, cidr('a', '10.0.0.1/24'), 'spec.cidrs[0]: Invalid value: "10.0.0.1/24": must not have bits set beyond the prefix length'],
    [CIDRS, cidr('a', '10.0.0.0/24', '10.1.0.0/24'), 'may specify no more than one IP for each IP family'],
  ])('%s refuses %j', async (path, body, message) => {
    const { refused } = await testServer();
    expect(await refused('POST', path, body)).toContain(message);
  });
});
