// docker.io/library/alpine.
import type { ImageDefinition } from './definition.ts';

export const alpine: ImageDefinition = {
  names: ['alpine'],
  tags: /^(latest|edge|\d{8}|3(\.\d{1,2}(\.\d{1,2})?)?)$/,
  sizeBytes: 3_806_781,
  cmd: ['/bin/sh'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  base: 'alpine',
};
