import { expect, test } from 'vitest';
import type { Pod } from '../../src/api/core/pod.ts';
import type { V1PodSpec } from '../../src/api/generated/types.ts';
import type { Agent } from '../../src/kubelet/agent.ts';
import { networkFiles } from '../../src/kubelet/network-files.ts';

const agent = { machine: { name: 'node01', clusterDNS: '10.96.0.10', clusterDomain: 'cluster.local' } } as Agent;

function files(spec: Partial<V1PodSpec>): Record<string, string> {
  const pod = { metadata: { name: 'web', namespace: 'shop' }, spec: { containers: [], ...spec } } as unknown as Pod;
  return Object.fromEntries(Object.entries(networkFiles(agent, pod, 'web', '10.244.1.5').files).map(([name, { text }]) => [name, text]));
}

test.each([
  {
    given: 'ClusterFirst',
    spec: {},
    text: 'search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
  },
  { given: 'ClusterFirst on the host network', spec: { hostNetwork: true }, text: 'nameserver 172.30.0.1\n' },
  {
    given: 'ClusterFirstWithHostNet',
    spec: { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
    text: 'search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
  },
  {
    given: 'None',
    spec: {
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['1.1.1.1'], searches: ['a.b'], options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }] },
    },
    text: 'search a.b\nnameserver 1.1.1.1\noptions ndots:2 edns0\n',
  },
])('resolv.conf of a Pod with dnsPolicy $given', ({ spec, text }) => {
  expect(files(spec)['resolv.conf']).toBe(text);
});

test('/etc/hosts has the Pod and its aliases', () => {
  const { hosts } = files({ hostAliases: [{ ip: '127.0.0.1', hostnames: ['foo.local', 'bar.local'] }] });
  expect(hosts).toContain('# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n');
  expect(hosts).toContain('10.244.1.5\tweb\n\n# Entries added by HostAliases.\n127.0.0.1\tfoo.local\tbar.local\n');
});
