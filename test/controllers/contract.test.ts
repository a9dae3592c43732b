import { DaemonSet } from '../../src/api/apps/daemonset.ts';
import { Deployment } from '../../src/api/apps/deployment.ts';
import { ReplicaSet } from '../../src/api/apps/replicaset.ts';
import { StatefulSet } from '../../src/api/apps/statefulset.ts';
import { CronJob } from '../../src/api/batch/cronjob.ts';
import { Job } from '../../src/api/batch/job.ts';
import { Namespace } from '../../src/api/core/namespace.ts';
import { Node } from '../../src/api/core/node.ts';
import { PersistentVolume } from '../../src/api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../../src/api/core/persistentvolumeclaim.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { ReplicationController } from '../../src/api/core/replicationcontroller.ts';
import { Service } from '../../src/api/core/service.ts';
import { controllers } from '../../src/controllers/index.ts';
import { controllerContract } from '../contracts/controller.ts';
import { surroundings } from './contract-scenarios.ts';
import type { FakeCluster } from './fake-cluster.ts';
import { deployment, draft, node, pod, replicaSet, runPods } from './objects.ts';

const settle = async (cluster: FakeCluster): Promise<void> => {
  for (let i = 0; i < 8; i++) {
    await cluster.advance(1500); // long enough for what was refused to be tried again
    runPods(cluster);
  }
  await cluster.drain();
};
const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const selector = { matchLabels: { app: 'x' } };
const meta = { name: 'x', namespace: 'default' };
const job = { completions: 3, parallelism: 2, backoffLimit: 6, selector, template };

controllerContract(controllers, [
  {
    name: 'a ReplicaSet with a stray pod',
    async play(cluster) {
      cluster.create(Pod, draft(pod('stray', {}, { labels: { app: 'web' } })));
      cluster.create(ReplicaSet, draft(replicaSet('web', 3)));
      await settle(cluster);
    },
  },
  {
    name: 'a Deployment in the middle of a rollout',
    async play(cluster) {
      cluster.create(Deployment, draft(deployment('web', 3)));
      await settle(cluster);
      cluster.change(
        Deployment,
        { namespace: 'default', name: 'web' },
        { spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:2' }] } } } },
      );
      await settle(cluster);
    },
  },
  {
    name: 'a Deployment deleted',
    async play(cluster) {
      const web = cluster.create(Deployment, draft(deployment('web', 3)));
      await settle(cluster);
      cluster.delete(Deployment, web);
      await cluster.drain();
    },
  },
  {
    name: 'a DaemonSet, a StatefulSet and a Service',
    async play(cluster) {
      cluster.create(Node, draft(node('node01')));
      cluster.create(DaemonSet, { metadata: meta, spec: { selector, template, updateStrategy: { type: 'RollingUpdate' } } });
      cluster.create(StatefulSet, {
        metadata: { ...meta, name: 'db' },
        spec: {
          replicas: 2,
          serviceName: 'db',
          selector: { matchLabels: { app: 'db' } },
          template: { ...template, metadata: { labels: { app: 'db' } } },
        },
      });
      cluster.create(Service, { metadata: meta, spec: { clusterIP: '10.96.0.9', selector: { app: 'x' }, ports: [{ port: 80 }] } });
      await settle(cluster);
    },
  },
  {
    name: 'a ReplicationController with a stray pod',
    async play(cluster) {
      cluster.create(Pod, draft(pod('stray', {}, { labels: { app: 'x' } })));
      cluster.create(ReplicationController, { metadata: meta, spec: { replicas: 2, selector: { app: 'x' }, template } });
      await settle(cluster);
    },
  },
  {
    name: 'a Job and a CronJob',
    async play(cluster) {
      cluster.create(Job, { metadata: meta, spec: job });
      cluster.create(CronJob, {
        metadata: meta,
        spec: {
          schedule: '1 0 1 1 *',
          concurrencyPolicy: 'Forbid',
          jobTemplate: {
            spec: { ...job, selector: { matchLabels: { app: 'y' } }, template: { ...template, metadata: { labels: { app: 'y' } } } },
          },
        },
      });
      await cluster.drain();
    },
  },
  {
    name: 'a claim and a volume',
    async play(cluster) {
      cluster.create(PersistentVolume, {
        metadata: { name: 'v' },
        spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/mnt' } },
      });
      cluster.create(PersistentVolumeClaim, {
        metadata: meta,
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: '' },
        status: { phase: 'Pending' },
      });
      await cluster.drain();
    },
  },
  {
    name: 'a namespace and a node that is not ready',
    async play(cluster) {
      cluster.create(Namespace, { metadata: { name: 'team' }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
      cluster.create(Node, { ...draft(node('node01')), status: { conditions: [{ type: 'Ready', status: 'False' }] } });
      await cluster.drain();
    },
  },
  ...surroundings,
]);
