// docker.io/hashicorp/http-echo.
import type { ImageDefinition } from './definition.ts';

export const httpEcho: ImageDefinition = {
  names: ['hashicorp/http-echo', 'mendhak/http-https-echo'],
  sizeBytes: 4_194_304,
  entrypoint: ['/http-echo'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  user: 65532,
  exposedPorts: [5678],
  base: 'distroless',
  programs: { '/http-echo': 'http-echo' },
};
