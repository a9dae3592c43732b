// `patches`, `patchesStrategicMerge` and `patchesJson6902`: which resources a patch is for, and what it does to them.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { JsonPatchError, jsonPatch } from '../../machinery/json-patch.ts';
import { matches as matchesLabels, parseSelector } from '../../machinery/labels.ts';
import { KustomizeError } from './fail.ts';
import { fileIn } from './files.ts';
import type { Kustomization, Patch, Selector } from './kustomization.ts';
import { type BuildOptions, fromText } from './objects.ts';
import {
  allIds,
  type Fields,
  type Id,
  idOf,
  isFields,
  metadataOf,
  originalId,
  type Resource,
  remember,
  sameId,
  shownId,
} from './resource.ts';
import { mergeResource } from './strategic.ts';

/** JSON patches of the old kind come after names and labels, all others before them. */
export async function applyPatches(
  own: Kustomization,
  root: string,
  resources: Resource[],
  options: BuildOptions,
  when: 'before' | 'after',
): Promise<void> {
  if (when === 'after') {
    for (const patch of own.patchesJson6902 ?? []) await applyPatch(patch, root, resources, options);
    return;
  }
  for (const entry of own.patchesStrategicMerge ?? []) {
    const isFile = statSync(resolve(root, entry), { throwIfNoEntry: false })?.isFile();
    await applyPatch(isFile ? { path: entry } : { patch: entry }, root, resources, options);
  }
  for (const patch of own.patches ?? []) await applyPatch(patch, root, resources, options);
}

async function applyPatch(patch: Patch, root: string, resources: Resource[], options: BuildOptions): Promise<void> {
  const { text, source } = patchText(patch, root, options);
  const { readYaml } = await import('../../machinery/yaml-full.ts');
  let operations: unknown;
  let patches: Resource[] = [];
  try {
    // What begins as JSON must be JSON.
    [operations] = text.startsWith('[') ? [JSON.parse(text)] : readYaml(text);
    if (!Array.isArray(operations)) patches = await fromText(text);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof KustomizeError || (error as Error).name.startsWith('YAML'))) throw error;
    const { writeYaml } = await import('../../machinery/yaml-write.ts');
    throw new KustomizeError(
      `trouble configuring builtin PatchTransformer with config: \`\n${writeYaml(patch)}\`: unable to parse SM or JSON patch from ${source}`,
    );
  }
  if (Array.isArray(operations)) applyJson(operations, patch.target, source, resources);
  else applyStrategic(patches, patch, source, resources);
}

function patchText(patch: Patch, root: string, options: BuildOptions): { text: string; source: string } {
  const inline = (patch.patch ?? '').trim();
  if (!inline && !patch.path) throw new KustomizeError('must specify one of patch and path in\n');
  if (inline && patch.path) throw new KustomizeError("patch and path can't be set at the same time\n");
  const source = patch.path ? `[path: ${JSON.stringify(patch.path)}]` : `[patch: ${JSON.stringify(inline)}]`;
  return { text: patch.path ? textOf(patch.path, root, options) : inline, source };
}

function textOf(path: string, root: string, options: BuildOptions): string {
  try {
    return fileIn(root, path, options.anywhere ?? false).toString('utf8');
  } catch (error) {
    throw error instanceof KustomizeError ? new KustomizeError(`failed to get the patch file from path(${path}): ${error.message}`) : error;
  }
}

function applyJson(operations: unknown, target: Selector | undefined, source: string, resources: readonly Resource[]): void {
  if (!target) throw new KustomizeError(`must specify a target for JSON patch ${source}`);
  for (const resource of selectedBy(target, resources)) {
    remember(resource);
    try {
      resource.object = jsonPatch(resource.object, operations) as Fields;
    } catch (error) {
      if (error instanceof JsonPatchError) throw new KustomizeError(error.message);
      throw error;
    }
  }
}

function applyStrategic(patches: readonly Resource[], { target, options = {} }: Patch, source: string, resources: Resource[]): void {
  if (target && patches.length > 1) {
    throw new KustomizeError(
      `Multiple Strategic-Merge Patches in one \`patches\` entry is not allowed to set \`patches.target\` field: ${source}`,
    );
  }
  for (const patch of patches) {
    const found = target ? selectedBy(target, resources) : [theOne(patch, resources)];
    for (const resource of found) {
      const { kind } = resource.object;
      const { name, namespace } = metadataOf(resource);
      if (options.allowNameChange) remember(resource);
      const merged = mergeResource(resource.object, patch.object);
      if (merged === undefined) {
        resources.splice(resources.indexOf(resource), 1);
        continue;
      }
      resource.object = merged;
      if (!options.allowKindChange) resource.object.kind = kind;
      const metadata = metadataOf(resource);
      if (!options.allowNameChange) metadata.name = name;
      if (namespace === undefined) delete metadata.namespace;
      else metadata.namespace = namespace;
    }
  }
}

function theOne(patch: Resource, resources: readonly Resource[]): Resource {
  const id = idOf(patch);
  const found = resources.filter((resource) => allIds(resource).some((one) => sameId(one, id)));
  const [first] = found;
  if (first && found.length === 1) return first;
  const shown = shownId(id);
  throw new KustomizeError(
    found.length === 0
      ? `no resource matches strategic merge patch ${JSON.stringify(shown)}: no matches for Id ${shown}; failed to find unique target for patch ${shown}`
      : `no resource matches strategic merge patch ${JSON.stringify(shown)}: multiple matches for Id ${shown}; failed to find unique target for patch ${shown}`,
  );
}

function selectedBy(target: Selector, resources: readonly Resource[]): Resource[] {
  const labels = parseSelector(target.labelSelector ?? '');
  const annotations = parseSelector(target.annotationSelector ?? '');
  const matches = idMatcher(target);
  return resources.filter((resource) => {
    const metadata = metadataOf(resource);
    const named = [originalId(resource), ...allIds(resource)].some(matches);
    const held = (field: string): Record<string, string> => (isFields(metadata[field]) ? (metadata[field] as Record<string, string>) : {});
    return named && matchesLabels(labels, held('labels')) && matchesLabels(annotations, held('annotations'));
  });
}

function idMatcher(target: Selector): (id: Id) => boolean {
  const patterns = (['group', 'version', 'kind', 'name', 'namespace'] as const).map((field) => {
    const text = target[field] ?? '';
    try {
      return { field, pattern: text ? new RegExp(`^(?:${text.replace(/^\^|\$$/g, '')})$`) : undefined };
    } catch {
      throw new KustomizeError(`error parsing regexp: ${JSON.stringify(text)}`);
    }
  });
  return (id) =>
    patterns.every(({ field, pattern }) => !pattern || pattern.test(field === 'namespace' ? id.namespace || 'default' : id[field]));
}
