// `npm run generate`: everything derived from the published models of Kubernetes 1.36, under src/api/generated, and from
// manifests/, under src/cluster/generated. Both are ignored by git.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manifestsSource } from './manifests.mjs';
import { readModels } from './models.mjs';
import { resources, resourcesSource } from './resources.mjs';
import { docsSource, fileOf, loadersSource, structureSource } from './structures.mjs';
import { typesSource } from './types.mjs';
import { SHARED, sharedPaths, validatorSource } from './validators.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const client = join(root, 'node_modules', '@kubernetes', 'client-node', 'dist', 'gen');
const out = join(root, 'src', 'api', 'generated');

for (const folder of ['', 'validators', 'structures', 'docs']) mkdirSync(join(out, folder), { recursive: true });
writeFileSync(join(out, 'types.ts'), typesSource(join(client, 'models')));
writeFileSync(join(out, 'resources.ts'), resourcesSource(client));

const models = readModels(client);
/** Bodies of subresources, and lists of options that requests carry. */
const BODIES = ['V1Scale', 'V1Eviction', 'AuthenticationV1TokenRequest', 'V1DeleteOptions'];
const roots = [...new Set([...SHARED, ...resources(client).map(({ model }) => model), ...BODIES])].sort();
for (const model of roots) {
  const file = `${fileOf(model)}.ts`;
  writeFileSync(join(out, 'validators', file), validatorSource(models, model));
  writeFileSync(join(out, 'structures', file), structureSource(models, model));
  writeFileSync(join(out, 'docs', file), docsSource(models, model));
}
writeFileSync(
  join(out, 'loaders.ts'),
  loadersSource(roots, (model) => sharedPaths(models, model)),
);

// What a new cluster starts with.
const clusterOut = join(root, 'src', 'cluster', 'generated');
mkdirSync(clusterOut, { recursive: true });
writeFileSync(join(clusterOut, 'manifests.ts'), manifestsSource(join(root, 'manifests')));
