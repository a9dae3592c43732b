// Images that use up memory and processors.
import type { ImageDefinition } from './definition.ts';

export const stress: ImageDefinition = {
  names: ['polinux/stress', 'progrium/stress', 'polinux/stress-ng', 'alexeiled/stress-ng', 'vish/stress', 'colinianking/stress-ng'],
  sizeBytes: 4_041_495,
  cmd: ['stress'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  base: 'alpine',
  bash: true,
  programs: { '/usr/local/bin/stress': 'stress', '/usr/bin/stress-ng': 'stress', '/stress': 'stress', '/usr/bin/stress': 'stress' },
};
