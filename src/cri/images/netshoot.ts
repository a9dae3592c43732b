// Images of network tools.
import type { ImageDefinition } from './definition.ts';

export const netshoot: ImageDefinition = {
  names: [
    'nicolaka/netshoot',
    'registry.k8s.io/e2e-test-images/jessie-dnsutils',
    'tutum/dnsutils',
    'infoblox/dnstools',
    'wbitt/network-multitool',
    'praqma/network-multitool',
  ],
  sizeBytes: 183_500_800,
  cmd: ['sleep', 'infinity'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  base: 'alpine',
  bash: true,
  programs: { '/usr/bin/curl': 'curl', '/usr/bin/dig': 'dig', '/usr/bin/jq': 'jq', '/usr/sbin/ss': 'ss', '/usr/bin/killall': 'killall' },
};
