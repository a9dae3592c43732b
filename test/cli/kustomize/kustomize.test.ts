// The expected files are what a real `kubectl kustomize` (5.5.0) printed for the folders beside them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { newImage } from '../../../src/cli/kustomize/transform.ts';
import { place, run } from '../run.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));

test.each(['base', 'overlay'])('kubectl kustomize %s prints what kustomize builds', async (name) => {
  const { stdout, exitCode } = await run(['kustomize', `${folder}${name}`]);
  expect(stdout).toBe(readFileSync(`${folder}${name}.expected.yaml`, 'utf8'));
  expect(exitCode).toBe(0);
});

describe('a kustomization that does not build', () => {
  const cm = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n';
  test.each([
    {
      given: 'the same object twice',
      files: { 'k/a.yaml': cm, 'k/b.yaml': cm },
      text: 'resources: [a.yaml, b.yaml]',
      says: /already registered id: ConfigMap.v1.\[noGrp\]\/x.\[noNs\]/,
    },
    {
      given: 'a file above its root',
      files: { 'a.yaml': cm },
      text: 'resources: [../a.yaml]',
      says: /security; file '.*a.yaml' is not in or below '.*k'/,
    },
    {
      given: 'a patch for nobody',
      files: { 'k/a.yaml': cm },
      text: 'resources: [a.yaml]\npatches: [{patch: "{apiVersion: v1, kind: Secret, metadata: {name: x}}"}]',
      says: /no matches for Id Secret.v1.\[noGrp\]\/x.\[noNs\]/,
    },
    {
      given: 'replicas of nothing',
      files: { 'k/a.yaml': cm },
      text: 'resources: [a.yaml]\nreplicas: [{name: z, count: 1}]',
      says: /resource with name z does not match a config/,
    },
    {
      given: 'a field that kubemu leaves out',
      files: {},
      text: 'helmCharts: []',
      says: /kubemu does not build kustomizations with "helmCharts" yet/,
    },
    { given: 'a remote base', files: {}, text: 'resources: [https://example.com/x]', says: /kubemu makes no network requests/ },
  ])('$given is refused', async ({ files, text, says }) => {
    const at = place({ ...files, 'k/kustomization.yaml': text });
    const { stderr, exitCode } = await run(['kustomize', 'k'], at);
    expect(stderr).toMatch(says);
    expect(exitCode).toBe(1);
  });
});

test.each([
  { image: 'nginx', change: { newTag: '2' }, becomes: 'nginx:2' },
  { image: 'nginx:1', change: { newName: 'reg:5000/n' }, becomes: 'reg:5000/n:1' },
  { image: 'nginx:1@sha256:ab', change: { newTag: '2' }, becomes: 'nginx:2' },
  { image: 'nginx:1', change: { digest: 'sha256:ab' }, becomes: 'nginx@sha256:ab' },
  { image: 'docker.io/nginx:1', change: { newTag: '2' }, becomes: 'docker.io/nginx:1' },
])('the image $image becomes $becomes', ({ image, change, becomes }) => {
  expect(newImage(image, { name: 'nginx', ...change })).toBe(becomes);
});
