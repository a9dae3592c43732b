// The cluster's own images: control plane, DNS, proxy, CNI and add-ons.
import type { ImageDefinition } from './definition.ts';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function component(
  names: string[],
  program: string,
  sizeBytes: number,
  executable: string,
  base: ImageDefinition['base'] = 'distroless',
): ImageDefinition {
  return { names, sizeBytes, entrypoint: [executable], env: { PATH }, base, programs: { [executable]: program } };
}

export const components: readonly ImageDefinition[] = [
  component(['registry.k8s.io/kube-apiserver'], 'kube-apiserver', 27_000_000, '/usr/local/bin/kube-apiserver'),
  component(['registry.k8s.io/kube-controller-manager'], 'kube-controller-manager', 22_800_000, '/usr/local/bin/kube-controller-manager'),
  component(['registry.k8s.io/kube-scheduler'], 'kube-scheduler', 17_400_000, '/usr/local/bin/kube-scheduler'),
  component(['registry.k8s.io/kube-proxy'], 'kube-proxy', 25_900_000, '/usr/local/bin/kube-proxy'),
  component(['registry.k8s.io/etcd'], 'etcd', 22_871_747, '/usr/local/bin/etcd'),
  component(['registry.k8s.io/coredns/coredns', 'coredns/coredns'], 'coredns', 23_553_139, '/coredns'),
  component(['registry.k8s.io/metrics-server/metrics-server'], 'metrics-server', 22_541_737, '/metrics-server'),
  component(['rancher/local-path-provisioner'], 'agent', 20_948_000, '/usr/bin/local-path-provisioner', 'alpine'),
  component(['calico/node', 'quay.io/calico/node'], 'agent', 152_000_000, '/usr/bin/calico-node', 'alpine'),
  component(['calico/kube-controllers', 'quay.io/calico/kube-controllers'], 'agent', 52_000_000, '/usr/bin/kube-controllers'),
  component(['calico/cni', 'quay.io/calico/cni'], 'true', 72_000_000, '/opt/cni/bin/install', 'alpine'),
  component(['ghcr.io/flannel-io/flannel', 'flannel/flannel'], 'agent', 31_000_000, '/opt/bin/flanneld', 'alpine'),
  component(['ghcr.io/flannel-io/flannel-cni-plugin', 'flannel/flannel-cni-plugin'], 'true', 4_800_000, '/flannel', 'alpine'),
  component(['kindest/kindnetd'], 'agent', 36_000_000, '/bin/kindnetd'),
  component(['quay.io/cilium/cilium'], 'agent', 220_000_000, '/usr/bin/cilium-agent', 'debian'),
];
