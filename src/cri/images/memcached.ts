// docker.io/library/memcached.
import type { ImageDefinition } from './definition.ts';

export const memcached: ImageDefinition = {
  names: ['memcached'],
  sizeBytes: 32_505_856,
  entrypoint: ['docker-entrypoint.sh'],
  cmd: ['memcached'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  exposedPorts: [11211],
  base: 'debian',
  programs: { '/usr/local/bin/docker-entrypoint.sh': 'entrypoint', '/usr/local/bin/memcached': 'memcached' },
};
