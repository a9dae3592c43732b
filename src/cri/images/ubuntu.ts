// docker.io/library/ubuntu.
import type { ImageDefinition } from './definition.ts';

export const ubuntu: ImageDefinition = {
  names: ['ubuntu'],
  tags: /^(latest|rolling|devel|(1[468]|2\d)\.(04|10)|trusty|xenial|bionic|focal|jammy|noble|oracular|plucky|questing)(-\d{8})?$/,
  sizeBytes: 29_724_688,
  cmd: ['/bin/bash'],
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  base: 'debian',
  files: {
    '/etc/os-release':
      'PRETTY_NAME="Ubuntu 24.04.3 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nVERSION="24.04.3 LTS (Noble Numbat)"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\nUBUNTU_CODENAME=noble\n',
  },
};
