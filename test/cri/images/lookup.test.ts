import { expect, test } from 'vitest';
import { imageFiles } from '../../../src/cri/images/base-files.ts';
import { catalog, lookupImage, parseReference } from '../../../src/cri/images/index.ts';
import { programs } from '../../../src/cri/processes/programs/index.ts';

test.each([
  ['nginx', 'docker.io', 'library/nginx', 'latest'],
  ['nginx:1.25', 'docker.io', 'library/nginx', '1.25'],
  ['hashicorp/http-echo', 'docker.io', 'hashicorp/http-echo', 'latest'],
  ['registry.k8s.io/pause:3.10', 'registry.k8s.io', 'pause', '3.10'],
  ['localhost:5000/app:v1', 'localhost:5000', 'app', 'v1'],
  ['quay.io/a/b/c:x', 'quay.io', 'a/b/c', 'x'],
])('%s means %s/%s:%s', (text, registry, repository, tag) => {
  expect(parseReference(text)).toEqual({ registry, repository, tag });
});

test.each([
  ['nginx:1.25', 'nginx'],
  ['docker.io/library/busybox:1.28', 'busybox'],
  ['nginx:1.27-alpine', 'nginx'],
  ['public.ecr.aws/docker/library/redis:7', 'redis'],
  ['registry.k8s.io/coredns/coredns:v1.12.1', 'registry.k8s.io/coredns/coredns'],
  ['mycompany/web-app:2.3.1', 'generic'],
  ['ghcr.io/some/thing', 'generic'],
  ['nginx@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', 'nginx'],
])('%s is the image %s', (reference, name) => {
  expect(lookupImage(reference)).toMatchObject({ name });
});

const denied = (full: string): string =>
  `failed to pull and unpack image "${full}": failed to resolve reference "${full}": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`;
const notFound = (full: string): string =>
  `rpc error: code = NotFound desc = failed to pull and unpack image "${full}": failed to resolve reference "${full}": ${full}: not found`;

test.each([
  ['ngnix', 'ErrImagePull', denied('docker.io/library/ngnix:latest')],
  ['busybx:1.28', 'ErrImagePull', denied('docker.io/library/busybx:1.28')],
  ['nginx:nope', 'ErrImagePull', notFound('docker.io/library/nginx:nope')],
  ['nginx:99.99', 'ErrImagePull', notFound('docker.io/library/nginx:99.99')],
  ['redis:nonexistent-tag', 'ErrImagePull', notFound('docker.io/library/redis:nonexistent-tag')],
  ['myorg/app:invalid-tag', 'ErrImagePull', notFound('docker.io/myorg/app:invalid-tag')],
  [
    'registry.invalid/app:v1',
    'ErrImagePull',
    'failed to pull and unpack image "registry.invalid/app:v1": failed to resolve reference "registry.invalid/app:v1": failed to do request: Head "https://registry.invalid/v2/app/manifests/v1": dial tcp: lookup registry.invalid on 127.0.0.53:53: no such host',
  ],
  [
    'nginx:',
    'InvalidImageName',
    'Failed to apply default image tag "nginx:": couldn\'t parse image name "nginx:": invalid reference format',
  ],
  [
    'NGINX',
    'InvalidImageName',
    'Failed to apply default image tag "NGINX": couldn\'t parse image name "NGINX": invalid reference format: repository name must be lowercase',
  ],
  ['a b', 'InvalidImageName', 'Failed to apply default image tag "a b": couldn\'t parse image name "a b": invalid reference format'],
])('%s is refused: %s', (reference, reason, error) => {
  expect(lookupImage(reference)).toEqual({ reason, error });
});

test('a strict policy knows the catalog only', () => {
  expect(lookupImage('mycompany/web-app', { strict: true })).toMatchObject({ reason: 'ErrImagePull' });
  expect(lookupImage('nginx', { strict: true })).toMatchObject({ name: 'nginx' });
});

test.each(catalog.map((image) => [image.names[0] ?? '', image] as const))(
  '%s: its executables are programs, and what it starts is there',
  (_, image) => {
    const files = imageFiles(image);
    const executables = [...files.values()].filter((f) => f.text.startsWith('\x7fELF')).map((f) => f.text.slice(4).trim());
    expect(executables.filter((program) => !(program in programs))).toEqual([]);
    const [first] = [...(image.entrypoint ?? []), ...(image.cmd ?? [])];
    const path = (image.env?.PATH ?? '/usr/local/bin:/usr/bin:/bin').split(':');
    const found = first?.startsWith('/') ? files.has(first) : path.some((dir) => files.has(`${dir}/${first}`));
    expect([first, found]).toEqual([first, true]);
  },
);
