// docker.io/library/busybox.
import type { ImageDefinition } from './definition.ts';

export const busybox: ImageDefinition = {
  names: ['busybox'],
  tags: /^(latest|stable|unstable|musl|glibc|uclibc|1|1\.\d{1,2}|1\.\d{1,2}\.\d{1,2})(-(musl|glibc|uclibc))?$/,
  sizeBytes: 2_224_229,
  cmd: ['sh'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  base: 'busybox',
  files: { '/var/spool/': '', '/var/www/': '' },
};
