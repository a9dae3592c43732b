import { expect, test } from 'vitest';
import { Pod } from '../../src/api/core/pod.ts';
import { Service } from '../../src/api/core/service.ts';
import { loadOf, usageOf } from '../../src/apiserver/metrics/usage.ts';
import { minutes } from '../../src/machinery/clock.ts';
import { pod } from '../controllers/objects.ts';
import { wholeCluster } from '../controllers/whole-cluster.ts';

test.each([
  { image: 'busybox', args: ['sleep', '3600'], cpu: 0 },
  { image: 'polinux/stress', args: ['stress', '--cpu', '2'], cpu: 2001 },
  { image: 'vish/stress', args: ['-cpus', '1', '-mem-total', '100Mi'], cpu: 1001 },
  { image: 'busybox', args: ['sh', '-c', 'while true; do :; done'], cpu: 1000 },
  { image: 'polinux/stress', args: ['stress', '--cpu', '2'], limit: '500m', cpu: 500 },
])('$image $args with limit $limit uses $cpu thousandths of a processor', ({ image, args, limit, cpu }) => {
  const container = { name: 'c', image, args, ...(limit ? { resources: { limits: { cpu: limit } } } : {}) };
  expect(usageOf(pod('x'), container, 0).cpu).toBe(Math.min(cpu, 2000));
});

test.each([
  ['while sleep 0.01; do wget -q -O- http://php-apache; done', 'php-apache', 75],
  ['while true; do curl -s http://web.shop.svc.cluster.local/cart; sleep 1; done', 'web.shop.svc.cluster.local', 1],
  ['wget -q -O- http://php-apache', undefined, undefined],
])('%s asks %s about %s times a second', (text, host, rate) => {
  const load = loadOf(text);
  expect([load?.host, load && Math.round(load.rate)]).toEqual([host, rate]);
});

test('metrics come from metrics-server: for containers that it has seen twice, and only while it is ready', async () => {
  const { cluster, admin } = await wholeCluster();
  const ask = async (path: string) => (await admin.request({ method: 'GET', path: `/apis/metrics.k8s.io/v1beta1/${path}` })).body;
  const names = async () => ((await ask('namespaces/default/pods')) as { items: Pod[] }).items.map(({ metadata }) => metadata.name);
  await admin.create(Pod, { metadata: { name: 'web', namespace: 'default' }, spec: { containers: [{ name: 'web', image: 'nginx' }] } });
  await cluster.settle();
  expect(await names()).toEqual([]);
  await cluster.advance(cluster.clock.now() + minutes(1));
  expect(await names()).toEqual(['web']);
  expect(await ask('nodes/node01')).toMatchObject({ kind: 'NodeMetrics', usage: { cpu: expect.stringMatching(/^\d+n$/) } });
  await admin.delete(Service, { namespace: 'kube-system', name: 'metrics-server' });
  await expect(names()).rejects.toThrow('the server is currently unable to handle the request (get pods.metrics.k8s.io)');
});
