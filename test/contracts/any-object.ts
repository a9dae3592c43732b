// Objects drawn from the published models: sound types, arbitrary contents, fields missing at random.
import { modelLoaders } from '../../src/api/generated/loaders.ts';
import type { Kind } from '../../src/api/kind.ts';
import { modelOf, type Structure } from '../../src/api/models.ts';
import { hash32 } from '../../src/machinery/random.ts';

const TEXTS = [
  '',
  'web',
  'Always',
  'Recreate',
  'RollingUpdate',
  'ClusterIP',
  'NodePort',
  'nginx:1.25',
  'Not A Name',
  'In',
  'Exists',
  'Resource',
  'User',
  'a/b/c',
  '*',
];
const MAX_DEPTH = 9;

export async function anyObject(kind: Kind, seed: string): Promise<Record<string, unknown>> {
  const model = (await modelOf(kind)) ?? '';
  const structure: Structure = {};
  const load = async (name: string): Promise<void> => {
    const loader = modelLoaders[name];
    if (!loader) return;
    Object.assign(structure, (await loader.structure()).structure);
    for (const [, shared] of loader.shared) if (!structure[shared]) await load(shared);
  };
  await load(model);
  let drawn = 0;
  const draw = (n: number): number => hash32(`${seed}/${drawn++}`) % n;

  const fieldOf = (code: string, depth: number): unknown => {
    switch (code[0]) {
      case ':':
        return objectOf(code.slice(1), depth + 1);
      case '[':
        return Array.from({ length: draw(3) }, () => fieldOf(code.slice(1), depth));
      case '{':
        return Object.fromEntries(
          Array.from({ length: draw(3) }, (_, i) => [['cpu', 'memory', 'app'][i] ?? 'x', fieldOf(code.slice(1), depth)]),
        );
      case 's':
        return TEXTS[draw(TEXTS.length)];
      case 'i':
        return draw(5) === 0 ? -1 : draw(70_000);
      case 'd':
        return draw(100) / 10;
      case 'b':
        return draw(2) === 0;
      case 'q':
        return ['1', '500m', '1Gi', '0'][draw(4)];
      case 'x':
        return draw(2) ? draw(100) : ['25%', 'http'][draw(2)];
      case 't':
      case 'T':
        return '2026-11-20T11:00:00Z';
      case 'y':
        return 'YQ==';
      default:
        return { a: 'b' };
    }
  };
  const objectOf = (name: string, depth: number): Record<string, unknown> => {
    const object: Record<string, unknown> = {};
    // The deeper, the emptier: recursive models end.
    const sparseness = 2 + depth;
    for (const [field, code] of Object.entries(structure[name] ?? {})) {
      if (depth > MAX_DEPTH || draw(sparseness + 1) > 1) continue;
      object[field] = fieldOf(code.replace(/!$/, ''), depth);
    }
    return object;
  };
  const { names } = kind;
  return {
    ...objectOf(model, 0),
    apiVersion: names.group ? `${names.group}/${names.version}` : names.version,
    kind: names.kind,
    metadata: { name: 'x', uid: 'U', creationTimestamp: '2026-11-20T11:00:00Z', ...(names.namespaced ? { namespace: 'default' } : {}) },
  };
}
