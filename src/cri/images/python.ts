// docker.io/library/python; of Python itself only http.server is simulated.
import type { ImageDefinition } from './definition.ts';

export const python: ImageDefinition = {
  names: ['python'],
  sizeBytes: 391_118_848,
  cmd: ['python3'],
  env: { PATH: '/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', PYTHON_VERSION: '3.13.9' },
  base: 'debian',
  programs: { '/usr/local/bin/python3': 'python', '/usr/local/bin/python': 'python', '/usr/bin/curl': 'curl', '/usr/bin/wget': 'wget' },
};
