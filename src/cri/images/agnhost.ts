// registry.k8s.io/e2e-test-images/agnhost: a policy and a sidecar injector behind an admission webhook.
import type { ImageDefinition } from './definition.ts';

export const agnhost: ImageDefinition = {
  names: ['registry.k8s.io/e2e-test-images/agnhost', 'registry.k8s.io/agnhost'],
  sizeBytes: 53_600_000,
  entrypoint: ['/agnhost'],
  cmd: ['pause'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  exposedPorts: [80, 8080, 8081, 9376],
  base: 'alpine',
  programs: { '/agnhost': 'agnhost' },
};
