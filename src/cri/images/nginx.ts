// docker.io/library/nginx.
import type { ImageDefinition } from './definition.ts';

const INDEX = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`;

const FAILURE = `<!DOCTYPE html>
<html>
<head>
<title>Error</title>
</head>
<body>
<h1>An error occurred.</h1>
<p>Sorry, the page you are looking for is currently unavailable.<br/>
Please try again later.</p>
</body>
</html>
`;

const NGINX_CONF = `user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;

events {
    worker_connections  1024;
}

http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';

    access_log  /var/log/nginx/access.log  main;

    sendfile        on;
    keepalive_timeout  65;

    include /etc/nginx/conf.d/*.conf;
}
`;

const DEFAULT_CONF = `server {
    listen       80;
    listen  [::]:80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
`;

export const nginx: ImageDefinition = {
  names: ['nginx'],
  tags: /^(latest|stable|mainline|alpine|perl|trixie|bookworm|1(\.\d{1,2}(\.\d{1,2})?)?)((-(alpine|perl|slim|otel|trixie|bookworm|bullseye|buster|stretch|alpine-slim|alpine-perl|alpine\d\.\d+|trixie-perl|bookworm-perl))*)$|^(stable|mainline)-[a-z-]+$/,
  sizeBytes: 72_319_124,
  entrypoint: ['/docker-entrypoint.sh'],
  cmd: ['nginx', '-g', 'daemon off;'],
  env: {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    NGINX_VERSION: '1.29.1',
    NJS_VERSION: '0.9.1',
    PKG_RELEASE: '1~bookworm',
  },
  exposedPorts: [80],
  base: 'debian',
  programs: { '/usr/sbin/nginx': 'nginx', '/docker-entrypoint.sh': 'entrypoint', '/usr/bin/curl': 'curl' },
  files: {
    '/etc/nginx/nginx.conf': NGINX_CONF,
    '/etc/nginx/conf.d/default.conf': DEFAULT_CONF,
    '/etc/nginx/mime.types': 'types {\n    text/html html htm shtml;\n    text/css css;\n    text/plain txt;\n}\n',
    '/usr/share/nginx/html/index.html': INDEX,
    '/usr/share/nginx/html/50x.html': FAILURE,
    '/docker-entrypoint.d/': '',
    '/var/cache/nginx/': '',
    '/var/log/nginx/access.log': '->/dev/stdout',
    '/var/log/nginx/error.log': '->/dev/stderr',
  },
};
