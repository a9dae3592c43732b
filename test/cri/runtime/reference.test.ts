import { expect, test } from 'vitest';
import { parseReference } from '../../../src/cri/runtime/reference.ts';

test.each([
  ['nginx', 'docker.io/library/nginx:latest'],
  ['nginx:1.25', 'docker.io/library/nginx:1.25'],
  ['bitnami/redis', 'docker.io/bitnami/redis:latest'],
  ['docker.io/nginx', 'docker.io/library/nginx:latest'],
  ['index.docker.io/nginx:1', 'docker.io/library/nginx:1'],
  ['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10'],
  ['localhost:5000/app', 'localhost:5000/app:latest'],
  ['localhost/app:v1', 'localhost/app:v1'],
  [`nginx@sha256:${'a'.repeat(64)}`, `docker.io/library/nginx@sha256:${'a'.repeat(64)}`],
])('%s is %s in full', (text, full) => {
  expect(parseReference(text)).toMatchObject({ full });
});

test.each([
  ['', 'invalid reference format'],
  ['nginx:', 'invalid reference format'],
  ['nginx:la test', 'invalid reference format'],
  ['nginx@sha256:short', 'invalid reference format'],
  ['Nginx', 'invalid reference format: repository name (Nginx) must be lowercase'],
  ['docker.io/My/App', 'invalid reference format: repository name (My/App) must be lowercase'],
  ['-nginx', 'invalid reference format'],
])('%j is no reference', (text, error) => {
  expect(parseReference(text)).toEqual({ error });
});
