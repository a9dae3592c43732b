// docker.io/library/mysql.
import type { ImageDefinition } from './definition.ts';

export const mysql: ImageDefinition = {
  names: ['mysql'],
  tags: /^(latest|lts|innovation|oracle|debian|5|5\.[567](\.\d{1,2})?|8(\.\d(\.\d{1,2})?)?|9(\.\d(\.\d{1,2})?)?)(-(oracle|debian|oraclelinux\d+))?$/,
  sizeBytes: 268_435_456,
  entrypoint: ['docker-entrypoint.sh'],
  cmd: ['mysqld'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', MYSQL_MAJOR: 'innovation', MYSQL_VERSION: '9.5.0-1.el9' },
  exposedPorts: [3306, 33060],
  base: 'debian',
  programs: {
    '/usr/local/bin/docker-entrypoint.sh': 'entrypoint',
    '/usr/sbin/mysqld': 'mysqld',
    '/usr/bin/mysqladmin': 'mysqladmin',
    '/usr/bin/mysql': 'unsupported',
    '/usr/bin/mysqldump': 'unsupported',
  },
  files: { '/var/lib/mysql/': '' },
};
