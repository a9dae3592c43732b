// The catalog, in the order in which exercises use its images.

import { agnhost } from './agnhost.ts';
import { alpine } from './alpine.ts';
import { bash } from './bash.ts';
import { busybox } from './busybox.ts';
import { components } from './components.ts';
import { curl } from './curl.ts';
import { debian } from './debian.ts';
import type { ImageDefinition } from './definition.ts';
import { httpEcho } from './http-echo.ts';
import { httpd } from './httpd.ts';
import { mariadb } from './mariadb.ts';
import { memcached } from './memcached.ts';
import { mongo } from './mongo.ts';
import { mysql } from './mysql.ts';
import { netshoot } from './netshoot.ts';
import { nginx } from './nginx.ts';
import { pause } from './pause.ts';
import { postgres } from './postgres.ts';
import { python } from './python.ts';
import { redis } from './redis.ts';
import { stress } from './stress.ts';
import { ubuntu } from './ubuntu.ts';

export const catalog: readonly ImageDefinition[] = [
  nginx,
  busybox,
  alpine,
  httpd,
  redis,
  mysql,
  mariadb,
  postgres,
  mongo,
  memcached,
  ubuntu,
  debian,
  bash,
  python,
  httpEcho,
  curl,
  netshoot,
  stress,
  agnhost,
  pause,
  ...components,
];
