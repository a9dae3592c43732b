// The pause container, which holds a Pod's namespaces.
import type { ImageDefinition } from './definition.ts';

export const pause: ImageDefinition = {
  names: ['registry.k8s.io/pause'],
  sizeBytes: 319_864,
  entrypoint: ['/pause'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  user: 65535,
  base: 'distroless',
  programs: { '/pause': 'pause' },
};
