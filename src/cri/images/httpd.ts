// docker.io/library/httpd.
import type { ImageDefinition } from './definition.ts';

export const httpd: ImageDefinition = {
  names: ['httpd'],
  tags: /^(latest|alpine|trixie|bookworm|2(\.\d(\.\d{1,2})?)?)(-(alpine|trixie|bookworm|bullseye|alpine\d\.\d+))?$/,
  sizeBytes: 45_208_736,
  cmd: ['httpd-foreground'],
  env: {
    PATH: '/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HTTPD_PREFIX: '/usr/local/apache2',
    HTTPD_VERSION: '2.4.65',
  },
  workingDir: '/usr/local/apache2',
  exposedPorts: [80],
  base: 'debian',
  programs: { '/usr/local/bin/httpd-foreground': 'httpd', '/usr/local/apache2/bin/httpd': 'httpd' },
  files: {
    '/usr/local/apache2/htdocs/index.html': '<html><body><h1>It works!</h1></body></html>\n',
    '/usr/local/apache2/conf/httpd.conf': 'ServerRoot "/usr/local/apache2"\nListen 80\nDocumentRoot "/usr/local/apache2/htdocs"\n',
    '/usr/local/apache2/logs/': '',
  },
};
