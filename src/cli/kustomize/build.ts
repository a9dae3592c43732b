// Plays kustomize as it is built into kubectl: a folder with a kustomization to the objects that it means. What a kustomization may hold
// is in kustomization.ts; helm, plugins, vars, replacements and custom field specs are left out, and refused by name.
import { resolve } from 'node:path';
import { during, KustomizeError } from './fail.ts';
import { fileIn, folderAt, kustomizationText } from './files.ts';
import { generate } from './generators.ts';
import { addHashes } from './hash.ts';
import { type Kustomization, readKustomization } from './kustomization.ts';
import { type BuildOptions, fromText } from './objects.ts';
import { inOrder } from './order.ts';
import { applyPatches } from './patches.ts';
import { fixReferences } from './references.ts';
import { type Fields, idOf, type Resource, sameId, shownId } from './resource.ts';
import { transform, transformCounts } from './transform.ts';

/** Throws KustomizeError. */
export async function buildKustomization(folder: string, options: BuildOptions): Promise<Fields[]> {
  const root = folderAt(resolve(options.cwd, folder), folder);
  const own = await load(root, options);
  const resources = await accumulate(own, root, [], options, [root]);
  addHashes(resources);
  fixReferences(resources);
  const kept = resources.filter(({ object }) => !isLocal(object));
  return inOrder(kept, own.sortOptions).map(({ object }) => object);
}

const load = async (root: string, { warn }: BuildOptions): Promise<Kustomization> => readKustomization(kustomizationText(root), root, warn);

function isLocal(object: Fields): boolean {
  const { annotations } = (object.metadata ?? {}) as { annotations?: Fields };
  return annotations?.['config.kubernetes.io/local-config'] === 'true';
}

/** The resources of one level: what it reads, makes and changes. A component changes those of the level that names it. */
async function accumulate(
  own: Kustomization,
  root: string,
  given: readonly Resource[],
  options: BuildOptions,
  path: readonly string[],
): Promise<Resource[]> {
  let resources = [...given];
  for (const entry of [...(own.resources ?? []), ...(own.bases ?? [])]) {
    const found = await during('accumulating resources', () => resourcesAt(entry, root, resources, options, path));
    resources.push(...found);
  }
  await generate(own, root, resources, options);
  for (const entry of own.components ?? []) {
    resources = await during('accumulating components', async () => {
      const { folder, kustomization } = await below(entry, root, options, path, true);
      return accumulate(kustomization, folder, resources, options, [...path, folder]);
    });
  }
  await applyPatches(own, root, resources, options, 'before');
  transform(own, resources);
  await applyPatches(own, root, resources, options, 'after');
  transformCounts(own, resources);
  return resources;
}

/** A file, or else a folder; what both attempts say stands in the message. */
async function resourcesAt(
  entry: string,
  root: string,
  before: readonly Resource[],
  options: BuildOptions,
  path: readonly string[],
): Promise<Resource[]> {
  let asFile: KustomizeError;
  try {
    const found = await during(`accumulating resources from '${entry}'`, async () =>
      fromText(fileIn(root, entry, options.anywhere ?? false).toString('utf8')),
    );
    return await during(`merging resources from '${entry}'`, async () => checkedAgainst(before, found));
  } catch (error) {
    if (!(error instanceof KustomizeError) || error.message.includes('MalformedYAMLError') || /^kubemu /.test(error.message)) throw error;
    asFile = error;
  }
  return during(`accumulation err='${asFile.message}'`, async () => {
    const { folder, kustomization } = await below(entry, root, options, path, false);
    const found = await during(`recursed accumulation of path '${folder}'`, () =>
      accumulate(kustomization, folder, [], options, [...path, folder]),
    );
    return during(`recursed merging from path '${folder}'`, async () => checkedAgainst(before, found));
  });
}

async function below(
  entry: string,
  root: string,
  options: BuildOptions,
  path: readonly string[],
  component: boolean,
): Promise<{ folder: string; kustomization: Kustomization }> {
  if (/^(https?|ssh|git):|^git@|^github\.com\//.test(entry))
    throw new KustomizeError(`kubemu makes no network requests: it cannot read ${entry}`);
  const full = resolve(root, entry);
  const folder = folderAt(full, full);
  if (path.includes(folder)) {
    throw new KustomizeError(`cycle detected: candidate root '${folder}' contains visited root '${folder}'`);
  }
  const kustomization = await during(`couldn't make target for path '${folder}'`, () => load(folder, options));
  const { kind = 'Kustomization' } = kustomization;
  if (component && kind !== 'Component')
    throw new KustomizeError(`accumulateDirectory: "expected kind 'Component' for path '${folder}' but got '${kind}'"`);
  if (!component && kind === 'Component') throw new KustomizeError(`expected kind != 'Component' for path '${folder}'`);
  return { folder, kustomization };
}

function checkedAgainst(before: readonly Resource[], found: Resource[]): Resource[] {
  for (const [i, one] of found.entries()) {
    const id = idOf(one);
    if ([...before, ...found.slice(0, i)].some((other) => sameId(idOf(other), id)))
      throw new KustomizeError(`may not add resource with an already registered id: ${shownId(id)}`);
  }
  return found;
}
