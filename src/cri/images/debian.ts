// docker.io/library/debian.
import type { ImageDefinition } from './definition.ts';

export const debian: ImageDefinition = {
  names: ['debian'],
  sizeBytes: 49_287_168,
  cmd: ['bash'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  base: 'debian',
};
