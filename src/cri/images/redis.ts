// docker.io/library/redis.
import type { ImageDefinition } from './definition.ts';

export const redis: ImageDefinition = {
  names: ['redis'],
  tags: /^(latest|alpine|trixie|bookworm|[2-8](\.\d(\.\d{1,2})?)?)(-(alpine|trixie|bookworm|bullseye|buster|stretch|alpine\d\.\d+|32bit))?$/,
  sizeBytes: 52_914_862,
  entrypoint: ['docker-entrypoint.sh'],
  cmd: ['redis-server'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', REDIS_VERSION: '8.2.2' },
  workingDir: '/data',
  exposedPorts: [6379],
  base: 'debian',
  programs: {
    '/usr/local/bin/docker-entrypoint.sh': 'entrypoint',
    '/usr/local/bin/redis-server': 'redis-server',
    '/usr/local/bin/redis-cli': 'redis-cli',
  },
  files: { '/data/': '' },
};
