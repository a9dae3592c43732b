// Plays the kubelet's managed files: /etc/hosts and /etc/resolv.conf of a Pod's containers, from its DNS policy and host aliases.

import type { Pod } from '../api/core/pod.ts';
import type { V1Container } from '../api/generated/types.ts';
import type { ContainerProcess } from '../cri/processes/machine.ts';
import type { Agent } from './agent.ts';
import type { VolumeFiles } from './volumes.ts';

/** No volume of a Pod can have this name. */
const VOLUME = '/etc';

/** The kubelet's --resolv-conf: the nearest name server of the network around the cluster. */
const UPSTREAM = '172.30.0.1';

export function networkFiles({ machine }: Agent, pod: Pod, hostname: string, ip: string): VolumeFiles {
  return {
    volume: VOLUME,
    files: {
      hosts: { text: hosts(pod, machine.name, hostname, ip) },
      'resolv.conf': { text: resolvConf(pod, machine.clusterDNS, machine.clusterDomain) },
    },
    keep: true,
  };
}

/** What a container does not mount itself. */
export function networkMounts(container: V1Container): ContainerProcess['mounts'] {
  const taken = new Set(container.volumeMounts?.map(({ mountPath }) => mountPath));
  return ['hosts', 'resolv.conf']
    .filter((file) => !taken.has(`/etc/${file}`))
    .map((file) => ({ path: `/etc/${file}`, volume: VOLUME, subPath: file }));
}

function hosts(pod: Pod, node: string, hostname: string, ip: string): string {
  const { hostNetwork, hostAliases = [], subdomain } = pod.spec;
  const lines = hostNetwork
    ? ['# Kubernetes-managed hosts file (host network).', '127.0.0.1 localhost', `127.0.1.1 ${node}`]
    : [
        '# Kubernetes-managed hosts file.',
        '127.0.0.1\tlocalhost',
        '::1\tlocalhost ip6-localhost ip6-loopback',
        'fe00::0\tip6-localnet',
        'fe00::0\tip6-mcastprefix',
        'fe00::1\tip6-allnodes',
        'fe00::2\tip6-allrouters',
        subdomain ? `${ip}\t${hostname}.${subdomain}.${pod.metadata.namespace}.svc.cluster.local\t${hostname}` : `${ip}\t${hostname}`,
      ];
  if (hostAliases.length > 0) {
    lines.push('', '# Entries added by HostAliases.', ...hostAliases.map((alias) => [alias.ip, ...(alias.hostnames ?? [])].join('\t')));
  }
  return `${lines.join('\n')}\n`;
}

function resolvConf(pod: Pod, clusterDNS: string, clusterDomain: string): string {
  const { dnsPolicy = 'ClusterFirst', dnsConfig = {}, hostNetwork } = pod.spec;
  const inCluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork);
  const domain = [`${pod.metadata.namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
  const searches = [...(inCluster ? domain : []), ...(dnsConfig.searches ?? [])];
  const servers = [...(dnsPolicy === 'None' ? [] : [inCluster ? clusterDNS : UPSTREAM]), ...(dnsConfig.nameservers ?? [])];
  const options = new Map<string, string | undefined>(inCluster ? [['ndots', '5']] : []);
  for (const { name, value } of dnsConfig.options ?? []) if (name) options.set(name, value);
  return [
    ...(searches.length > 0 ? [`search ${[...new Set(searches)].join(' ')}`] : []),
    ...[...new Set(servers)].map((server) => `nameserver ${server}`),
    ...(options.size > 0
      ? [`options ${[...options].map(([name, value]) => (value === undefined ? name : `${name}:${value}`)).join(' ')}`]
      : []),
    '',
  ].join('\n');
}
