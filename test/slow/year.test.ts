// A cluster that nobody looked at for a year.
import { expect, test } from 'vitest';
import { Deployment } from '../../src/api/apps/deployment.ts';
import { CronJob } from '../../src/api/batch/cronjob.ts';
import { Job } from '../../src/api/batch/job.ts';
import { Node } from '../../src/api/core/node.ts';
import { hours } from '../../src/machinery/clock.ts';
import { wholeCluster } from '../controllers/whole-cluster.ts';

const here = { namespace: 'default' };
const workload = (app: string, replicas: number) => ({
  replicas,
  selector: { matchLabels: { app } },
  template: { metadata: { labels: { app } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
});

test('a step of a year, and the cluster goes on as if nothing were', async () => {
  const { admin, cluster, problems } = await wholeCluster();
  const jobTemplate = {
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['date'] }] } } },
  };
  await admin.create(CronJob, {
    metadata: { ...here, name: 'nightly' },
    spec: { schedule: '0 3 * * *', successfulJobsHistoryLimit: 3, jobTemplate },
  });
  await cluster.advance(cluster.clock.now() + hours(24 * 365));
  expect((await admin.list(Job, here)).length).toBeLessThanOrEqual(4);
  expect(
    (await admin.list(Node)).every(({ status }) => status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')),
  ).toBe(true);
  await admin.create(Deployment, { metadata: { ...here, name: 'web' }, spec: workload('web', 2) });
  await cluster.settle();
  expect((await admin.get(Deployment, { ...here, name: 'web' }))?.status?.availableReplicas).toBe(2);
  expect(problems).toEqual([]);
});
