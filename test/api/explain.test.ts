import { expect, test } from 'vitest';
import { explainKind, explainPath } from '../../src/api/explain.ts';
import { kindFor } from '../../src/api/index.ts';
import type { Kind } from '../../src/api/kind.ts';

const pod = kindFor('', 'v1', 'Pod') as Kind;

test.each([
  ['spec.containers', '[]Container', true],
  ['spec.containers.image', 'string', false],
  ['spec.containers.resources.limits', 'map[string]Quantity', false],
  ['spec.containers.livenessProbe.httpGet.port', 'IntOrString', true],
  ['spec.nodeSelector', 'map[string]string', false],
  ['metadata', 'ObjectMeta', false],
  ['metadata.creationTimestamp', 'string', false],
  ['spec.hostNetwork', 'boolean', false],
  ['status.containerStatuses.restartCount', 'integer', true],
])('a Pod has %s of type %s', async (path, type, required) => {
  const field = await explainPath(pod, path.split('.'));
  expect(field).toMatchObject({ type, required });
  expect(field?.description === undefined).toBe(false);
});

test('a kind and its fields are described', async () => {
  expect((await explainKind(pod))?.description).toMatch(/collection of containers/);
  expect((await explainPath(pod, ['spec', 'containers', 'image']))?.description).toMatch(/image name/);
});

test('a field that holds an object is described by what the object is', async () => {
  expect((await explainPath(pod, ['spec']))?.description).toMatch(/description of a pod/);
  expect((await explainPath(pod, ['metadata']))?.description).toMatch(/metadata/);
});

test('a field that does not exist is not found', async () => {
  expect(await explainPath(pod, ['spec', 'nothing'])).toBeUndefined();
});
