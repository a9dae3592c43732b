// docker.io/library/postgres.
import type { ImageDefinition } from './definition.ts';

export const postgres: ImageDefinition = {
  names: ['postgres'],
  tags: /^(latest|alpine|trixie|bookworm|9(\.\d(\.\d{1,2})?)?|1\d(\.\d{1,2})?)(-(alpine|trixie|bookworm|bullseye|buster|alpine\d\.\d+))?$/,
  sizeBytes: 161_061_273,
  entrypoint: ['docker-entrypoint.sh'],
  cmd: ['postgres'],
  env: {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/18/bin',
    PG_MAJOR: '18',
    PG_VERSION: '18.1-1.pgdg13+2',
    PGDATA: '/var/lib/postgresql/18/docker',
  },
  exposedPorts: [5432],
  base: 'debian',
  programs: {
    '/usr/local/bin/docker-entrypoint.sh': 'entrypoint',
    '/usr/lib/postgresql/18/bin/postgres': 'postgres',
    '/usr/bin/pg_isready': 'pg_isready',
    '/usr/bin/psql': 'unsupported',
    '/usr/bin/pg_dump': 'unsupported',
    '/usr/bin/createdb': 'unsupported',
    '/usr/bin/createuser': 'unsupported',
  },
  files: { '/var/lib/postgresql/': '' },
};
