import { expect, test } from 'vitest';
import { createDialer } from '../../src/cluster/dialer.ts';
import { DialError } from '../../src/machinery/dialer.ts';
import { keyedRandom } from '../../src/machinery/random.ts';
import { storeOf } from '../../src/state/keyspace-store.ts';
import { createKeyspace } from '../../src/state/memory-keyspace.ts';

function network(state: Record<string, unknown>) {
  const store = storeOf(createKeyspace());
  for (const [key, value] of Object.entries(state)) store.put(`/kubemu/net/${key}`, value);
  return createDialer({
    store,
    clock: { now: () => 0 },
    random: keyedRandom('test'),
    component: (name) => (name === 'kube-apiserver' ? async () => ({ code: 200, body: 'ok' }) : undefined),
    allows: () => ({ allowed: true, reads: [] }),
    serves: (name) => name !== 'kube-apiserver' || state['listeners/controlplane/2379'] !== undefined,
    exchange: async () => ({ status: 200, reason: 'OK', headers: {}, body: 'welcome' }),
    lookup: (_, host) => ({ addresses: host === 'web' ? ['10.96.0.7'] : [], reads: [`/kubemu/net/dns/${host}`] }),
    translate: (address, port) =>
      address === '10.96.0.7' ? { address: '192.168.1.5', port: port + 8000, reads: ['/kubemu/net/rules/10.96.0.7/80'] } : undefined,
  });
}

const failureOf = async (attempt: Promise<unknown>): Promise<unknown> => {
  try {
    await attempt;
    return 'connected';
  } catch (error) {
    return error instanceof DialError ? [error.failure, error.message] : error;
  }
};

test.each([
  { given: 'nobody has the address', to: '10.0.0.9', answer: ['timeout', 'dial tcp 10.0.0.9:80: i/o timeout'] },
  { given: 'nothing listens on the port', to: '192.168.1.6', answer: ['refused', 'dial tcp 192.168.1.6:80: connect: connection refused'] },
  { given: 'the name does not resolve', to: 'nope', answer: ['no-such-host', 'dial tcp nope:80: no such host'] },
])('dialling fails as the network would when $given', async ({ to, answer }) => {
  const dialer = network({ 'addresses/192.168.1.6': 'pod-b' });
  expect(await failureOf(dialer.connect('pod-a', to, 80))).toEqual(answer);
});

test('a Service name leads through its address to the port of an endpoint, and says what it read', async () => {
  const dialer = network({ 'addresses/192.168.1.5': 'pod-b', 'listeners/pod-b/8080': { pod: 'pod-b', container: 'c' } });
  const connection = await dialer.connect('pod-a', 'web', 80);
  expect(connection).toMatchObject({ address: '192.168.1.5', port: 8080 });
  expect(connection.reads).toEqual([
    '/kubemu/net/dns/web',
    '/kubemu/net/rules/10.96.0.7/80',
    '/kubemu/net/addresses/192.168.1.5',
    '/kubemu/net/listeners/pod-b/8080',
  ]);
});

test('containers of one Pod reach each other on localhost', async () => {
  const dialer = network({ 'listeners/pod-a/8080': { pod: 'pod-a', container: 'app' } });
  expect(await dialer.connect('pod-a', 'localhost', 8080)).toMatchObject({ address: '127.0.0.1', port: 8080 });
});

test.each([
  { given: 'its own process', stopped: '6443' },
  { given: 'etcd', stopped: '2379' },
])('the API server answers, and refuses connections once $given does not run', async ({ stopped }) => {
  const state: Record<string, unknown> = {
    'addresses/172.18.0.2': 'controlplane',
    'listeners/controlplane/6443': { component: 'kube-apiserver' },
    'listeners/controlplane/2379': { component: 'etcd' },
  };
  const connection = await network(state).connect('outside', '172.18.0.2', 6443);
  expect(await connection.api?.({ method: 'GET', path: '/', credentials: {} })).toEqual({ code: 200, body: 'ok' });
  delete state[`listeners/controlplane/${stopped}`];
  expect(await failureOf(network(state).connect('outside', '172.18.0.2', 6443))).toEqual([
    'refused',
    'dial tcp 172.18.0.2:6443: connect: connection refused',
  ]);
});
