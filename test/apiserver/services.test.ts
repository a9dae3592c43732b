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
      'Service "far" is invalid: spec.clusterIPs: Invalid value: ["10.0.0.1"]: failed to allocate IP 10.0.0.1: the provided IP (10.0.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/12',
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
