// Plays kubeadm: turns bare machines into the cluster that an exam or a course gives. Everything after the machines' disks goes
// through the API, and the static Pods come up as in life before anybody answers there.

import { controllerRoles } from '../apiserver/bootstrap/controller-roles.ts';
import { bootstrapObjects } from '../apiserver/bootstrap/objects.ts';
import { authorityOf } from '../apiserver/keys/root.ts';
import { UNCOUNTED } from '../apiserver/occasion.ts';
import type { Client } from '../client/client.ts';
import { keepImage } from '../cri/runtime/images.ts';
import { parseReference } from '../cri/runtime/reference.ts';
import { createRegistries } from '../cri/runtime/registries.ts';
import { minutes, seconds } from '../machinery/clock.ts';
import { DialError } from '../machinery/dialer.ts';
import type { Credentials } from '../machinery/http.ts';
import { isAlreadyExists, isNotFound } from '../machinery/status.ts';
import { writeYaml } from '../machinery/yaml-write.ts';
import { addMachine, diskOf, MANIFESTS, machineOf } from '../node/machine.ts';
import { startUnit } from '../node/units.ts';
import type { Cluster } from './cluster.ts';
import { type Components, startByHand } from './components.ts';
import { type ClusterFacts, controlPlaneOf } from './facts.ts';
import { addons, controlPlane as staticPods } from './generated/manifests.ts';
import { pathForManifest } from './manifest-path.ts';

/** What to leave out of a new cluster. */
export interface BootstrapOptions {
  /** Add-ons to install, in order; all when absent. */
  addons?: readonly string[];
  /** Name of a node that joins only when everything on the others has settled. */
  late?: string;
  /** Called before it does. */
  onLate?(): void;
}

/** In the order of installation. */
export const ADDONS = ['kube-proxy', 'coredns', 'calico', 'metrics-server', 'local-path-provisioner', 'gateway-api'] as const;

const ADMIN: Credentials = { certificate: { commonName: 'kubernetes-admin', organizations: ['kubeadm:cluster-admins'] } };
const SUPER_ADMIN: Credentials = { certificate: { commonName: 'kubernetes-super-admin', organizations: ['system:masters'] } };
const MANAGER: Credentials = { certificate: { commonName: 'system:kube-controller-manager', organizations: ['system:masters'] } };
const APISERVER: Credentials = { certificate: { commonName: 'system:apiserver', organizations: ['system:masters'] } };

export const ADMIN_CREDENTIALS = ADMIN;

/** The kubeconfig's user is one of them. */
const CLUSTER_ADMINS = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'kubeadm:cluster-admins' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'kubeadm:cluster-admins' }],
};

/** The API server has not answered after this long: something is wrong with the control plane. */
const PATIENCE = minutes(5);

export async function bootstrapCluster(cluster: Cluster, options: BootstrapOptions = {}): Promise<void> {
  const { facts, parts } = cluster;
  const { store, clock, random, wakeUps } = parts;
  const installed = options.addons ?? ADDONS;
  const controlPlane = controlPlaneOf(facts);
  const fill = filler(facts);

  /** As `kubeadm config images pull` does before anything starts. */
  const prePull = async (node: string, image: string): Promise<void> => {
    const reference = parseReference(image);
    if ('error' in reference) throw new Error(`${image}: ${reference.error}`);
    const found = await createRegistries().find(reference);
    if ('error' in found) throw new Error(found.error);
    keepImage(store, node, reference, found.image, clock.now());
  };

  const boot = async (node: (typeof facts.nodes)[number]): Promise<void> => {
    const isControlPlane = node.role === 'control-plane';
    addMachine(
      store,
      machineOf(
        {
          name: node.name,
          address: node.ip,
          podCIDR: node.podCIDR,
          cpu: node.cpu,
          memoryKi: node.memoryKi,
          ...(node.kubeletVersion === undefined ? {} : { kubeletVersion: node.kubeletVersion }),
          cni: installed.includes('calico') ? 'agent' : 'none',
          taints: isControlPlane ? [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] : [],
        },
        random,
        clock.now(),
      ),
    );
    if (isControlPlane) {
      const disk = diskOf(store, node.name);
      for (const [name, text] of Object.entries(staticPods)) {
        const [pod] = fill(text);
        disk.write(`${MANIFESTS}/${name}.yaml`, writeYaml(pod), { mode: 0o600, at: clock.now() });
        for (const { image } of (pod as Manifest & { spec: { containers: { image: string }[] } }).spec.containers)
          await prePull(node.name, image);
      }
    }
    startUnit(store, wakeUps, node.name, 'containerd', clock.now());
    startUnit(store, wakeUps, node.name, 'kubelet', clock.now());
  };

  await boot(controlPlane);
  const apiserver = cluster.client(APISERVER, 'kube-apiserver/v1.36.0', controlPlane.name);
  await untilServing(cluster, apiserver);
  await startServer(cluster, apiserver);
  const manager = cluster.client(MANAGER, 'kube-controller-manager/v1.36.0', controlPlane.name);
  await uncounted(cluster, () => createAll(manager, controllerAccounts()));

  const kubeadm = cluster.client(SUPER_ADMIN, 'kubeadm/v1.36.0', controlPlane.name);
  await createAll(kubeadm, kubeadmObjects(facts, authorityOf(store, random, clock.now()).certificate));
  await untilRegistered(cluster, kubeadm, controlPlane.name);
  await kubeadm.request({
    method: 'PATCH',
    path: `/api/v1/nodes/${controlPlane.name}`,
    contentType: 'application/strategic-merge-patch+json',
    body: {
      metadata: {
        labels: { 'node-role.kubernetes.io/control-plane': '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' },
      },
    },
  });
  for (const node of facts.nodes) if (node !== controlPlane && node.name !== options.late) await boot(node);
  await cluster.advance(clock.now() + seconds(2));
  for (const addon of installed) {
    const objects = addons[addon];
    if (objects === undefined) throw new Error(`there is no add-on ${addon}`);
    await createAll(kubeadm, fill(objects));
  }
  await cluster.settle();
  const late = facts.nodes.find(({ name }) => name === options.late);
  if (!late) return;
  options.onLate?.();
  await boot(late);
  await cluster.settle();
}

/** A control plane whose processes somebody starts by hand: what the API server makes by itself, and of kubeadm's the administrators. */
export async function bootstrapServer(cluster: Cluster, components: Components): Promise<void> {
  const { facts, parts } = cluster;
  const controlPlane = controlPlaneOf(facts);
  startByHand(parts, components);
  const apiserver = cluster.client(APISERVER, 'kube-apiserver/v1.36.0', controlPlane.name);
  await startServer(cluster, apiserver);
  await createAll(apiserver, [CLUSTER_ADMINS]);
  if (components.has('kube-controller-manager')) await createAll(apiserver, controllerAccounts());
  await cluster.settle();
}

/** What the API server makes for itself when it first starts. What later versions add to it renames nothing. */
async function startServer({ facts, parts }: Cluster, apiserver: Client): Promise<void> {
  const { store, keyspace } = parts;
  const before = keyspace.revision;
  await createAll(apiserver, bootstrapObjects(facts.serviceIP, facts.serviceCIDR, controlPlaneOf(facts).ip));
  store.put(UNCOUNTED, keyspace.revision - before - COUNTED);
}

/** As many of the server's own objects count as an occasion for draws. Any number would do, as long as it stays. */
const COUNTED = 64;

async function uncounted({ parts: { store, keyspace } }: Cluster, make: () => Promise<void>): Promise<void> {
  const before = keyspace.revision;
  await make();
  store.put(UNCOUNTED, (store.get<number>(UNCOUNTED) ?? 0) + keyspace.revision - before);
}

/** The accounts under which kube-controller-manager runs its controllers. */
const controllerAccounts = (): Manifest[] =>
  Object.keys(controllerRoles)
    .sort()
    .map((name) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'kube-system' } }));

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

function filler(facts: ClusterFacts): (text: string) => Manifest[] {
  const controlPlane = controlPlaneOf(facts);
  const values: Record<string, string> = {
    CONTROL_PLANE: controlPlane.name,
    CONTROL_PLANE_IP: controlPlane.ip,
    POD_CIDR: facts.podCIDR,
    SERVICE_CIDR: facts.serviceCIDR,
    DNS_IP: facts.dnsIP,
  };
  return (text) => JSON.parse(text.replace(/\$\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)) as Manifest[];
}

const untilServing = (cluster: Cluster, client: Client): Promise<void> =>
  until(cluster, client, '/readyz', (error) => error instanceof DialError, 'the API server did not come up');

/** The control plane's own node is there before others join it. */
const untilRegistered = (cluster: Cluster, client: Client, node: string): Promise<void> =>
  until(cluster, client, `/api/v1/nodes/${node}`, isNotFound, `the node ${node} did not register`);

/** Turns the clock, a tenth of a second at a time, until the path answers. */
async function until(
  cluster: Cluster,
  client: Client,
  path: string,
  isPassing: (error: unknown) => boolean,
  complaint: string,
): Promise<void> {
  const deadline = cluster.clock.now() + PATIENCE;
  for (;;) {
    try {
      await client.request({ method: 'GET', path });
      return;
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (cluster.clock.now() >= deadline) throw new Error(`${complaint}: ${error instanceof Error ? error.message : error}`);
      await cluster.advance(cluster.clock.now() + 100);
    }
  }
}

async function createAll(client: Client, objects: readonly Manifest[]): Promise<void> {
  for (const object of objects) {
    try {
      await client.request({ method: 'POST', path: pathForManifest(object), body: object });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }
}

/** ConfigMaps, roles and bindings that `kubeadm init` leaves behind. */
function kubeadmObjects(facts: ClusterFacts, authority: string): Manifest[] {
  const { ip } = controlPlaneOf(facts);
  const configMap = (namespace: string, name: string, data: Record<string, string>): Manifest => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
    ...{ data },
  });
  const rbac = 'rbac.authorization.k8s.io';
  const role = (namespace: string, name: string, rules: object[]): Manifest => ({
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata: { name, namespace },
    ...{ rules },
  });
  const group = (name: string): object => ({ apiGroup: rbac, kind: 'Group', name });
  const binding = (
    kind: string,
    namespace: string | undefined,
    name: string,
    roleKind: string,
    roleName: string,
    subjects: object[],
  ): Manifest => ({
    apiVersion: `${rbac}/v1`,
    kind,
    metadata: { name, ...(namespace ? { namespace } : {}) },
    ...{ roleRef: { apiGroup: rbac, kind: roleKind, name: roleName }, subjects },
  });
  const read = (name: string): object[] => [{ apiGroups: [''], resources: ['configmaps'], resourceNames: [name], verbs: ['get'] }];
  const bootstrappers = group('system:bootstrappers:kubeadm:default-node-token');
  return [
    configMap('kube-system', 'kubeadm-config', {
      ClusterConfiguration: writeYaml({
        apiVersion: 'kubeadm.k8s.io/v1beta4',
        kind: 'ClusterConfiguration',
        clusterName: facts.name,
        certificatesDir: '/etc/kubernetes/pki',
        imageRepository: 'registry.k8s.io',
        kubernetesVersion: 'v1.36.0',
        networking: { dnsDomain: 'cluster.local', podSubnet: facts.podCIDR, serviceSubnet: facts.serviceCIDR },
      }),
    }),
    configMap('kube-system', 'kubelet-config', {
      kubelet: writeYaml({
        apiVersion: 'kubelet.config.k8s.io/v1beta1',
        kind: 'KubeletConfiguration',
        authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' } },
        cgroupDriver: 'systemd',
        clusterDNS: [facts.dnsIP],
        clusterDomain: 'cluster.local',
        rotateCertificates: true,
        staticPodPath: MANIFESTS,
      }),
    }),
    configMap('kube-public', 'cluster-info', {
      kubeconfig: writeYaml({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [
          {
            name: '',
            cluster: { 'certificate-authority-data': Buffer.from(authority).toString('base64'), server: `https://${ip}:6443` },
          },
        ],
      }),
    }),
    configMap('kube-system', 'extension-apiserver-authentication', {
      'client-ca-file': authority,
      'requestheader-allowed-names': '["front-proxy-client"]',
      'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
      'requestheader-group-headers': '["X-Remote-Group"]',
      'requestheader-username-headers': '["X-Remote-User"]',
    }),
    role('kube-system', 'kubeadm:nodes-kubeadm-config', read('kubeadm-config')),
    role('kube-system', 'kubeadm:kubelet-config', read('kubelet-config')),
    role('kube-public', 'kubeadm:bootstrap-signer-clusterinfo', read('cluster-info')),
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'kubeadm:get-nodes' },
      ...{ rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }] },
    },
    binding('RoleBinding', 'kube-system', 'kubeadm:nodes-kubeadm-config', 'Role', 'kubeadm:nodes-kubeadm-config', [
      bootstrappers,
      group('system:nodes'),
    ]),
    binding('RoleBinding', 'kube-system', 'kubeadm:kubelet-config', 'Role', 'kubeadm:kubelet-config', [
      group('system:nodes'),
      bootstrappers,
    ]),
    binding('RoleBinding', 'kube-public', 'kubeadm:bootstrap-signer-clusterinfo', 'Role', 'kubeadm:bootstrap-signer-clusterinfo', [
      { apiGroup: rbac, kind: 'User', name: 'system:anonymous' },
    ]),
    CLUSTER_ADMINS,
    binding('ClusterRoleBinding', undefined, 'kubeadm:get-nodes', 'ClusterRole', 'kubeadm:get-nodes', [bootstrappers]),
    binding('ClusterRoleBinding', undefined, 'kubeadm:kubelet-bootstrap', 'ClusterRole', 'system:node-bootstrapper', [bootstrappers]),
    binding(
      'ClusterRoleBinding',
      undefined,
      'kubeadm:node-autoapprove-bootstrap',
      'ClusterRole',
      'system:certificates.k8s.io:certificatesigningrequests:nodeclient',
      [bootstrappers],
    ),
    binding(
      'ClusterRoleBinding',
      undefined,
      'kubeadm:node-autoapprove-certificate-rotation',
      'ClusterRole',
      'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
      [group('system:nodes')],
    ),
  ];
}
