import { beforeAll, expect, test } from 'vitest';
import { Event } from '../../src/api/core/event.ts';
import { Node } from '../../src/api/core/node.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { hours, minutes } from '../../src/machinery/clock.ts';
import { type Whole, wholeCluster } from '../controllers/whole-cluster.ts';

let whole: Whole;
beforeAll(async () => {
  whole = await wholeCluster();
}, 60_000);

const picky = (name: string) => ({
  metadata: { name, namespace: 'default' },
  spec: { nodeSelector: { disk: 'ssd' }, containers: [{ name: 'c', image: 'nginx' }] },
});
const failures = async (name: string) =>
  (await whole.admin.list(Event, { namespace: 'default' })).filter(
    ({ reason, involvedObject }) => reason === 'FailedScheduling' && involvedObject.name === name,
  );

test('pods that nothing helps wait for a day at no cost, and their event counts the attempts', async () => {
  const { cluster, keyspace, admin, problems } = whole;
  const start = cluster.clock.now();
  for (let i = 0; i < 20; i++) await admin.create(Pod, picky(`picky-${i}`));
  await cluster.advance(start + hours(2)); // until the events of the cluster's first minutes have expired
  const before = keyspace.revision;
  await cluster.advance(start + hours(24));
  expect(keyspace.revision).toBe(before);
  const [event, ...others] = await failures('picky-7');
  expect(others).toEqual([]);
  expect(event?.count).toBe(1 + (24 * 60) / 5);
  await admin.patch(Node, { name: 'node01' }, 'merge', { metadata: { labels: { disk: 'ssd' } } });
  await cluster.advance(start + hours(24) + minutes(10));
  expect((await admin.get(Pod, { namespace: 'default', name: 'picky-7' }))?.spec.nodeName).toBe('node01');
  const [written] = await failures('picky-7');
  expect(written).toMatchObject({ count: event?.count, lastTimestamp: event?.lastTimestamp });
  expect([...keyspace.range('/kubemu/recurrences/events/')]).toEqual([]);
  await cluster.advance(start + hours(24) + hours(2));
  expect(await failures('picky-7')).toEqual([]);
  expect(problems).toEqual([]);
});
