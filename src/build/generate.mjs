// `npm run generate`: everything derived from the published models of Kubernetes 1.36, under src/api/generated (ignored by git).
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manifestsSource } from './manifests.mjs';
import { resourcesSource } from './resources.mjs';
import { typesSource } from './types.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const client = join(root, 'node_modules', '@kubernetes', 'client-node', 'dist', 'gen');
const out = join(root, 'src', 'api', 'generated');

mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'types.ts'), typesSource(join(client, 'models')));
writeFileSync(join(out, 'resources.ts'), resourcesSource(client));

const clusterOut = join(root, 'src', 'cluster', 'generated');
mkdirSync(clusterOut, { recursive: true });
writeFileSync(join(clusterOut, 'manifests.ts'), manifestsSource(join(root, 'manifests')));
