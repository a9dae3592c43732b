// docker.io/library/mariadb.
import type { ImageDefinition } from './definition.ts';

export const mariadb: ImageDefinition = {
  names: ['mariadb'],
  tags: /^(latest|lts|noble|jammy|10|11|12|10\.\d{1,2}(\.\d{1,2})?|1[12]\.\d(\.\d{1,2})?)(-(noble|jammy|focal|ubi\d?))?$/,
  sizeBytes: 108_003_328,
  entrypoint: ['docker-entrypoint.sh'],
  cmd: ['mariadbd'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', MARIADB_VERSION: '1:12.0.2+maria~ubu2404' },
  exposedPorts: [3306],
  base: 'debian',
  programs: {
    '/usr/local/bin/docker-entrypoint.sh': 'entrypoint',
    '/usr/bin/mariadbd': 'mysqld',
    '/usr/sbin/mysqld': 'mysqld',
    '/usr/bin/mariadb-admin': 'mysqladmin',
    '/usr/bin/mysqladmin': 'mysqladmin',
    '/usr/bin/mariadb': 'unsupported',
    '/usr/bin/mysql': 'unsupported',
    '/usr/bin/mariadb-dump': 'unsupported',
  },
  files: { '/var/lib/mysql/': '' },
};
