// docker.io/curlimages/curl.
import type { ImageDefinition } from './definition.ts';

export const curl: ImageDefinition = {
  names: ['curlimages/curl', 'quay.io/curl/curl', 'alpine/curl', 'radial/busyboxplus', 'appropriate/curl', 'badouralix/curl-jq'],
  sizeBytes: 9_437_184,
  entrypoint: ['/entrypoint.sh'],
  cmd: ['curl'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  user: 100,
  base: 'alpine',
  programs: { '/entrypoint.sh': 'curl-entrypoint', '/usr/bin/curl': 'curl', '/usr/bin/jq': 'jq' },
};
