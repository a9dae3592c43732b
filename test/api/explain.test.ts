import { expect, test } from 'vitest';
import { explainKind, explainPath } from '../../src/api/explain.ts';
import { explainSchema } from '../../src/api/explain-schema.ts';
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

const TAGS = {
  type: 'array',
  description: 'Many.',
  items: { type: 'object', description: 'One.', properties: { key: { type: 'string' } } },
};

test('a custom resource is explained from its schema in the OpenAPI document', async () => {
  const field = explainSchema(
    {
      components: {
        schemas: {
          'com.example.v1.Backup': {
            description: 'A Backup.',
            required: ['spec'],
            properties: {
              metadata: { description: 'Standard.', allOf: [{ $ref: '#/components/schemas/io.k8s.ObjectMeta' }] },
              spec: { type: 'object', properties: { mode: { type: 'string', enum: ['Full', 'Delta'] }, tags: TAGS } },
            },
            'x-kubernetes-group-version-kind': [{ group: 'example.com', version: 'v1', kind: 'Backup' }],
          },
          'io.k8s.ObjectMeta': { type: 'object', properties: { name: { type: 'string' } } },
        },
      },
    },
    { group: 'example.com', version: 'v1', kind: 'Backup' },
  );
  const fields = (await field?.fields()) ?? [];
  expect(fields.map(({ name, type, required }) => [name, type, required])).toEqual([
    ['metadata', 'ObjectMeta', false],
    ['spec', 'Object', true],
  ]);
  expect(await fields[1]?.fields()).toMatchObject([
    { name: 'mode', type: 'string', values: ['Full', 'Delta'] },
    { name: 'tags', type: '[]Object', description: 'Many.', content: 'One.' },
  ]);
});
