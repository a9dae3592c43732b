// docker.io/library/bash: bash on Alpine.
import type { ImageDefinition } from './definition.ts';

export const bash: ImageDefinition = {
  names: ['bash'],
  sizeBytes: 6_291_456,
  entrypoint: ['docker-entrypoint.sh'],
  cmd: ['bash'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  base: 'alpine',
  bash: true,
  programs: { '/usr/local/bin/docker-entrypoint.sh': 'entrypoint', '/usr/local/bin/bash': 'bash' },
};
