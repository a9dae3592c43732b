// docker.io/library/mongo.
import type { ImageDefinition } from './definition.ts';

export const mongo: ImageDefinition = {
  names: ['mongo'],
  sizeBytes: 318_767_104,
  entrypoint: ['docker-entrypoint.sh'],
  cmd: ['mongod'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  exposedPorts: [27017],
  base: 'debian',
  programs: { '/usr/local/bin/docker-entrypoint.sh': 'entrypoint', '/usr/bin/mongod': 'mongod', '/usr/bin/mongosh': 'unsupported' },
  files: { '/data/db/': '' },
};
