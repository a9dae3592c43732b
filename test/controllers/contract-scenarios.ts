// Worlds for the controller contract in which the controllers around workloads have something to do.

import { ValidatingAdmissionPolicy } from '../../src/api/admissionregistration/validatingadmissionpolicy.ts';
import { APIService } from '../../src/api/apiregistration/apiservice.ts';
import { Deployment } from '../../src/api/apps/deployment.ts';
import { HorizontalPodAutoscaler } from '../../src/api/autoscaling/horizontalpodautoscaler.ts';
import { Job } from '../../src/api/batch/job.ts';
import { kindFor } from '../../src/api/builtin.ts';
import { CertificateSigningRequest } from '../../src/api/certificates/certificatesigningrequest.ts';
import { ConfigMap } from '../../src/api/core/configmap.ts';
import { Endpoints } from '../../src/api/core/endpoints.ts';
import { Namespace } from '../../src/api/core/namespace.ts';
import { Node } from '../../src/api/core/node.ts';
import { PersistentVolume } from '../../src/api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../../src/api/core/persistentvolumeclaim.ts';
import { Pod } from '../../src/api/core/pod.ts';
import { ResourceQuota } from '../../src/api/core/resourcequota.ts';
import { Secret } from '../../src/api/core/secret.ts';
import { Service } from '../../src/api/core/service.ts';
import { ServiceAccount } from '../../src/api/core/serviceaccount.ts';
import type { Kind } from '../../src/api/kind.ts';
import { ServiceCIDR } from '../../src/api/networking/servicecidr.ts';
import { PodDisruptionBudget } from '../../src/api/policy/poddisruptionbudget.ts';
import { ClusterRole } from '../../src/api/rbac/clusterrole.ts';
import { StorageClass } from '../../src/api/storage/storageclass.ts';
import type { KubeObject } from '../../src/machinery/object.ts';
import type { Scenario } from '../contracts/controller.ts';
import type { FakeCluster } from './fake-cluster.ts';
import { deployment, draft, node, pod, runPods } from './objects.ts';

const meta = { name: 'x', namespace: 'default' };
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const usages = ['digital signature', 'key encipherment', 'client auth'];
const request = (subject: string): string => base64(`-----BEGIN CERTIFICATE REQUEST-----\n${subject}\n-----END CERTIFICATE REQUEST-----\n`);
const gone = (cluster: FakeCluster, kind: Parameters<FakeCluster['delete']>[0], path: string): void => {
  const object = cluster.objects.get(path);
  if (object) cluster.delete(kind, object);
};

const claimTemplate = kindFor('resource.k8s.io', 'v1', 'ResourceClaimTemplate') as Kind;

export const surroundings: readonly Scenario[] = [
  {
    name: 'a Pod with a resource claim template',
    async play(cluster) {
      cluster.create(claimTemplate, { metadata: meta, spec: { spec: { devices: { requests: [] } } } });
      cluster.create(Pod, draft(pod('web', { resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'x' }] })));
      await cluster.drain();
    },
  },
  {
    name: 'certificate requests of a kubelet and of somebody who was denied',
    async play(cluster) {
      cluster.answer = () => ({ status: { allowed: true } });
      const signerName = 'kubernetes.io/kube-apiserver-client-kubelet';
      const spec = { request: request('system:node:n/system:nodes'), signerName, usages };
      cluster.create(CertificateSigningRequest, { metadata: { name: 'kubelet' }, spec });
      const lastUpdateTime = '2025-12-31T22:00:00Z';
      cluster.create(CertificateSigningRequest, {
        metadata: { name: 'denied' },
        spec: { ...spec, signerName: 'example.com/mine' },
        status: { conditions: [{ type: 'Denied', status: 'True', lastUpdateTime }] },
      });
      await cluster.drain();
    },
  },
  {
    name: 'a service account with a token, and a bootstrap token that expires',
    async play(cluster) {
      cluster.create(ServiceAccount, { metadata: meta });
      const annotations = { 'kubernetes.io/service-account.name': 'x' };
      cluster.create(Secret, { metadata: { ...meta, annotations }, type: 'kubernetes.io/service-account-token' });
      cluster.create(Secret, {
        metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system' },
        type: 'bootstrap.kubernetes.io/token',
        data: { expiration: base64('2026-01-01T00:00:05Z') },
      });
      await cluster.drain();
    },
  },
  {
    name: 'Endpoints by hand, a range of Service addresses, an APIService, a policy and aggregated roles',
    async play(cluster) {
      cluster.create(Service, { metadata: meta, spec: { clusterIP: '10.96.0.9', ports: [{ port: 443 }] } });
      cluster.create(Endpoints, {
        metadata: meta,
        subsets: [{ addresses: [{ ip: '10.9.9.9' }], ports: [{ port: 443, protocol: 'TCP' }] }],
      });
      cluster.create(ServiceCIDR, { metadata: { name: 'extra' }, spec: { cidrs: ['10.97.0.0/24'] } });
      const service = { ...meta, port: 443 };
      cluster.create(APIService, { metadata: { name: 'v1.example.com' }, spec: { service, group: 'example.com', version: 'v1' } });
      cluster.create(ValidatingAdmissionPolicy, { metadata: { name: 'p' }, spec: { validations: [{ expression: 'true' }] } });
      const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
      cluster.create(ClusterRole, { metadata: { name: 'part', labels: { to: 'whole' } }, rules });
      cluster.create(ClusterRole, {
        metadata: { name: 'whole' },
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: 'whole' } }] },
      });
      await cluster.drain();
    },
  },
  {
    name: 'a quota, a budget, and a finished Job that is to be deleted',
    async play(cluster) {
      cluster.create(ResourceQuota, { metadata: meta, spec: { hard: { pods: '5', 'count/jobs.batch': '3' } } });
      cluster.create(PodDisruptionBudget, { metadata: meta, spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } } });
      cluster.create(Deployment, draft(deployment('web', 2)));
      const conditions = [{ type: 'Complete', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }];
      const selector = { matchLabels: { app: 'z' } };
      const template = { metadata: { labels: { app: 'z' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
      cluster.create(Job, {
        metadata: meta,
        spec: { ttlSecondsAfterFinished: 5, selector, template },
        status: { conditions, completionTime: '2026-01-01T00:00:00Z' },
      });
      await cluster.drain();
      runPods(cluster);
      await cluster.drain();
    },
  },
  {
    name: 'an autoscaler under load',
    async play(cluster) {
      cluster.answer = (path, body, asked) => {
        const key = { namespace: 'default', name: 'web' };
        if (body) {
          asked.change(Deployment, key, { spec: { replicas: (body as { spec: { replicas: number } }).spec.replicas } });
          return body;
        }
        const size = (asked.objects.get('deployments.apps/default/web') as Deployment | undefined)?.spec.replicas;
        if (path.endsWith('/scale')) return { spec: { replicas: size }, status: { replicas: size, selector: 'app=web' } };
        return { items: [{ value: '60' }] };
      };
      cluster.create(Deployment, draft(deployment('web', 2)));
      await cluster.drain();
      runPods(cluster);
      cluster.create(HorizontalPodAutoscaler, {
        metadata: meta,
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
          maxReplicas: 4,
          metrics: [{ type: 'External', external: { metric: { name: 'q' }, target: { type: 'AverageValue', averageValue: '20' } } }],
        },
      });
      await cluster.drain();
    },
  },
  {
    name: 'volumes of a CSI driver and of local-path, growing and going',
    async play(cluster) {
      cluster.create(Node, draft(node('node01')));
      cluster.create(PersistentVolume, {
        metadata: { name: 'csi' },
        spec: {
          capacity: { storage: '1Gi' },
          accessModes: ['ReadWriteOnce'],
          csi: { driver: 'd', volumeHandle: 'h' },
          claimRef: { ...meta },
        },
      });
      const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, volumeMode: 'Filesystem' };
      cluster.create(PersistentVolumeClaim, { metadata: meta, spec: { ...spec, storageClassName: '' }, status: { phase: 'Pending' } });
      const volumes = [
        { name: 'v', persistentVolumeClaim: { claimName: 'x' } },
        { name: 'scratch', ephemeral: { volumeClaimTemplate: { spec: { ...spec, storageClassName: 'local-path' } } } },
      ];
      cluster.create(StorageClass, { metadata: { name: 'local-path' }, provisioner: 'rancher.io/local-path', reclaimPolicy: 'Delete' });
      cluster.create(Pod, {
        ...draft(pod('provisioner', { nodeName: 'node01' })),
        metadata: { name: 'provisioner', namespace: 'local-path-storage', labels: { app: 'local-path-provisioner' } },
      });
      cluster.create(Pod, draft(pod('web', { nodeName: 'node01', volumes })));
      runPods(cluster);
      await cluster.drain();
      cluster.change(
        PersistentVolumeClaim,
        { namespace: 'default', name: 'web-scratch' },
        { metadata: { annotations: { 'volume.kubernetes.io/selected-node': 'node01' } } },
      );
      await cluster.advance(5000);
      cluster.change(PersistentVolumeClaim, meta, { spec: { resources: { requests: { storage: '2Gi' } } } });
      await cluster.drain();
    },
  },
  {
    name: 'a claim and its volume deleted while a Pod used them',
    async play(cluster) {
      cluster.create(PersistentVolume, {
        metadata: { name: 'v', finalizers: ['kubernetes.io/pv-protection'] },
        spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/mnt' } },
      });
      cluster.create(PersistentVolumeClaim, {
        metadata: { ...meta, finalizers: ['kubernetes.io/pvc-protection'] },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: '' },
        status: { phase: 'Pending' },
      });
      cluster.create(Pod, draft(pod('web', { nodeName: 'node01', volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'x' } }] })));
      await cluster.drain();
      gone(cluster, PersistentVolumeClaim, 'persistentvolumeclaims/default/x');
      gone(cluster, PersistentVolume, 'persistentvolumes//v');
      gone(cluster, Pod, 'pods/default/web');
      await cluster.drain();
    },
  },
  {
    name: 'a namespace that is deleted',
    async play(cluster) {
      cluster.answer = (path, body, asked) => {
        const name = path.split('/')[4] ?? '';
        const found = asked.objects.get(`namespaces//${name}`);
        if (found) asked.delete(Namespace, { ...found, metadata: { ...found.metadata, finalizers: [] } });
        return body;
      };
      cluster.create(Namespace, { metadata: { name: 'team' }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
      cluster.create(ConfigMap, { metadata: { name: 'c', namespace: 'team' } });
      cluster.create(Pod, { ...draft(pod('p')), metadata: { name: 'p', namespace: 'team' } });
      await cluster.drain();
      const metadata = { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 1 };
      cluster.change(Namespace, { name: 'team' }, { metadata });
      await cluster.drain();
    },
  },
  {
    name: 'Pods of a node with a taint, and of one that is gone',
    async play(cluster) {
      for (const name of ['node01', 'node02']) cluster.create(Node, draft(node(name)));
      for (const [i, nodeName] of ['node01', 'node01', 'node02'].entries()) cluster.create(Pod, draft(pod(`p${i}`, { nodeName })));
      await cluster.drain();
      cluster.change(Node, { name: 'node01' }, { spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } });
      cluster.delete(Node, cluster.objects.get('nodes//node02') as KubeObject);
      await cluster.drain();
    },
  },
];
