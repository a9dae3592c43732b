// An image of which nothing is known: Alpine's tools and a server on the ports that the container declares.
import type { ImageDefinition } from './definition.ts';

export const generic: ImageDefinition = {
  names: ['generic'],
  sizeBytes: 52_428_800,
  entrypoint: ['/usr/local/bin/server'],
  base: 'alpine',
  bash: true,
  programs: {
    '/usr/local/bin/server': 'generic-server',
    '/usr/bin/curl': 'curl',
    '/usr/bin/jq': 'jq',
    '/usr/bin/python3': 'python',
    '/usr/local/bin/python': 'python',
  },
};
