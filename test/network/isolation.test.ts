import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/machinery/store.ts';
import { isAllowed } from '../../src/network/isolation.ts';
import type { PolicySpec } from '../../src/network/policies.ts';
import { storeOf } from '../../src/state/keyspace-store.ts';
import { createKeyspace } from '../../src/state/memory-keyspace.ts';

/** `web` of shop answers on 8080 (http); `front` is another Pod there, `other` one of the namespace dev, both on node1, web on node2. */
function world(policies: readonly [namespace: string, spec: PolicySpec][]): Store {
  const store = storeOf(createKeyspace());
  const pod = (uid: string, namespace: string, node: string, address: string, labels: Record<string, string>): void =>
    store.put(`/kubemu/net/endpoints/${uid}`, { namespace, node, address, labels, ports: { http: 8080 } });
  pod('web', 'shop', 'node2', '10.0.2.1', { app: 'web' });
  pod('front', 'shop', 'node1', '10.0.1.1', { app: 'front' });
  pod('other', 'dev', 'node1', '10.0.1.2', { app: 'front' });
  store.put('/kubemu/net/labels/shop', { 'kubernetes.io/metadata.name': 'shop' });
  store.put('/kubemu/net/labels/dev', { 'kubernetes.io/metadata.name': 'dev', team: 'dev' });
  for (const [i, [namespace, spec]] of policies.entries()) store.put(`/kubemu/net/policies/${namespace}/p${i}`, spec);
  if (policies.length > 0) store.put('/kubemu/net/policies', policies.length);
  return store;
}

const ADDRESSES: Record<string, string> = {
  web: '10.0.2.1',
  front: '10.0.1.1',
  other: '10.0.1.2',
  node1: '172.18.0.3',
  outside: '8.8.8.8',
};

const passes = (
  policies: readonly [string, PolicySpec][],
  from: string,
  to = 'web',
  port = 8080,
  protocol: 'TCP' | 'UDP' = 'TCP',
): boolean =>
  isAllowed(world(policies), { from, fromAddress: ADDRESSES[from], to, toAddress: ADDRESSES[to] ?? '', port, protocol }).allowed;

const web = { matchLabels: { app: 'web' } };
const front = { matchLabels: { app: 'front' } };
const ingress = (spec: Omit<PolicySpec, 'podSelector' | 'policyTypes'>): [string, PolicySpec] => [
  'shop',
  { podSelector: web, policyTypes: ['Ingress'], ...spec },
];
const egress = (spec: Omit<PolicySpec, 'podSelector' | 'policyTypes'>, namespace = 'shop'): [string, PolicySpec] => [
  namespace,
  { podSelector: front, policyTypes: ['Egress'], ...spec },
];

describe('a NetworkPolicy', () => {
  const cases: [
    about: string,
    policies: [string, PolicySpec][],
    from: string,
    expected: boolean,
    to?: string,
    port?: number,
    protocol?: 'UDP',
  ][] = [
    ['no policy: everybody passes', [], 'other', true],
    ['a selected Pod without rules is closed', [ingress({})], 'front', false],
    ['a Pod that is not selected stays open', [ingress({})], 'web', true, 'front'],
    ['an empty rule lets everybody in', [ingress({ ingress: [{}] })], 'other', true],
    ['a Pod selector means Pods of its own namespace', [ingress({ ingress: [{ from: [{ podSelector: front }] }] })], 'front', true],
    ['and not those of another', [ingress({ ingress: [{ from: [{ podSelector: front }] }] })], 'other', false],
    [
      'a namespace selector means all Pods there',
      [ingress({ ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'dev' } } }] }] })],
      'other',
      true,
    ],
    ['an empty namespace selector means every namespace', [ingress({ ingress: [{ from: [{ namespaceSelector: {} }] }] })], 'other', true],
    [
      'both selectors in one peer must match',
      [ingress({ ingress: [{ from: [{ namespaceSelector: {}, podSelector: web }] }] })],
      'other',
      false,
    ],
    ['two peers: one is enough', [ingress({ ingress: [{ from: [{ podSelector: web }, { namespaceSelector: {} }] }] })], 'other', true],
    ['policies add up', [ingress({}), ingress({ ingress: [{ from: [{ podSelector: front }] }] })], 'front', true],
    ['a port that is named by number', [ingress({ ingress: [{ ports: [{ port: 8080 as never, protocol: 'TCP' }] }] })], 'front', true],
    ['another port', [ingress({ ingress: [{ ports: [{ port: 80 as never, protocol: 'TCP' }] }] })], 'front', false],
    ['a named port of the target', [ingress({ ingress: [{ ports: [{ port: 'http' as never, protocol: 'TCP' }] }] })], 'front', true],
    ['a range of ports', [ingress({ ingress: [{ ports: [{ port: 8000 as never, endPort: 8100, protocol: 'TCP' }] }] })], 'front', true],
    ['another protocol', [ingress({ ingress: [{ ports: [{ port: 8080 as never, protocol: 'UDP' }] }] })], 'front', false],
    ['an address block', [ingress({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.1.0/24' } }] }] })], 'front', true],
    [
      'an address block without the address',
      [ingress({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/16', except: ['10.0.1.1/32'] } }] }] })],
      'front',
      false,
    ],
    ['somebody outside is in no Pod selector', [ingress({ ingress: [{ from: [{ namespaceSelector: {} }] }] })], 'outside', false],
    [
      'a node reaches its own Pods whatever the policies',
      [['shop', { podSelector: {}, policyTypes: ['Ingress'] }]],
      'node1',
      true,
      'front',
    ],
    ['but not those of other nodes', [ingress({})], 'node1', false],
    ['egress closes the way out', [egress({})], 'front', false],
    ['and nobody else', [egress({})], 'other', true],
    [
      'egress to Pods of a namespace',
      [egress({ egress: [{ to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } }] }] }, 'dev')],
      'other',
      true,
    ],
    [
      'egress to a port for UDP only: DNS',
      [egress({ egress: [{ ports: [{ port: 53 as never, protocol: 'UDP' }] }] })],
      'front',
      true,
      'web',
      53,
      'UDP',
    ],
    ['and not for TCP', [egress({ egress: [{ ports: [{ port: 53 as never, protocol: 'UDP' }] }] })], 'front', false, 'web', 53],
    ['both ends must agree', [ingress({ ingress: [{}] }), egress({})], 'front', false],
    ['a Pod always reaches itself', [ingress({})], 'web', true],
  ];
  test.each(cases)('%s', (_, policies, from, expected, to, port, protocol) => {
    expect(passes(policies, from, to, port, protocol)).toBe(expected);
  });

  test('whoever asked without policies is told when there is one', () => {
    const { reads } = isAllowed(world([]), { from: 'front', fromAddress: undefined, to: 'web', toAddress: '', port: 80, protocol: 'TCP' });
    expect(reads).toEqual(['/kubemu/net/policies']);
  });
});
