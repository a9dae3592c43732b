// What a kustomization changes in every resource: namespace, names, labels and annotations; then replicas and images.
import { KustomizeError } from './fail.ts';
import { atPath, fieldPath } from './field-path.ts';
import { ANNOTATIONS, type FieldSpec, LABELS, REPLICAS, SELECTORS, selected, VOLUME_CLAIM_LABELS } from './field-specs.ts';
import type { Image, Kustomization, Labels } from './kustomization.ts';
import {
  allIds,
  type Fields,
  idOf,
  isClusterScoped,
  isFields,
  metadataOf,
  originalId,
  type Resource,
  remember,
  sameId,
  shownId,
} from './resource.ts';

export function transform(own: Kustomization, resources: readonly Resource[]): void {
  if (own.namespace) setNamespace(resources, own.namespace);
  if (own.namePrefix) rename(resources, 'prefixes', own.namePrefix);
  if (own.nameSuffix) rename(resources, 'suffixes', own.nameSuffix);
  for (const labels of own.labels ?? []) addPairs(resources, labels.pairs ?? {}, labelSpecs(labels));
  addPairs(resources, own.commonLabels ?? {}, labelSpecs({ includeSelectors: true }));
  addPairs(resources, own.commonAnnotations ?? {}, ANNOTATIONS);
}

export function transformCounts(own: Kustomization, resources: readonly Resource[]): void {
  for (const { name = '', count } of own.replicas ?? []) {
    const found = resources.filter(
      (resource) => allIds(resource).some((id) => id.name === name) && REPLICAS.some((spec) => selected(spec, idOf(resource))),
    );
    if (found.length === 0) {
      const kinds = REPLICAS.map(({ kind }) => `${kind}.[noVer].[noGrp]`).join(' ');
      throw new KustomizeError(`resource with name ${name} does not match a config with the following GVK [${kinds}]`);
    }
    for (const { object } of found) atPath(object, ['spec', 'replicas'], true, (holder, field) => (holder[field] = count));
  }
  for (const image of [...(own.images ?? []), ...(own.imageTags ?? [])]) {
    for (const { object } of resources) {
      setImages(object, image);
      // The usual places are looked at once more: a suffix of the tag is added twice there, as in kustomize.
      for (const path of IMAGES)
        atPath(object, fieldPath(path), false, (holder, field) => {
          if (typeof holder[field] === 'string') holder[field] = newImage(holder[field], image);
        });
    }
  }
}

function setNamespace(resources: readonly Resource[], namespace: string): void {
  for (const resource of resources) {
    const { object } = resource;
    remember(resource);
    const id = idOf(resource);
    const set = (holder: Fields, field: string): void => {
      holder[field] = namespace;
    };
    if (!isClusterScoped(id)) metadataOf(resource).namespace = namespace;
    if (id.kind === 'Namespace' && id.group === '' && id.version === 'v1') metadataOf(resource).name = namespace;
    if (id.kind === 'APIService') atPath(object, ['spec', 'service', 'namespace'], true, set);
    if (id.kind === 'CustomResourceDefinition')
      atPath(object, ['spec', 'conversion', 'webhook', 'clientConfig', 'service', 'namespace'], false, set);
    if (id.kind === 'RoleBinding' || id.kind === 'ClusterRoleBinding') {
      for (const subject of Array.isArray(object.subjects) ? object.subjects : [])
        if (isFields(subject) && subject.name === 'default') subject.namespace = namespace;
    }
    const now = idOf(resource);
    const same = resources.filter((other) => sameId(idOf(other), now));
    if (same.length > 1)
      throw new KustomizeError(`namespace transformation produces ID conflict: [${same.map((other) => shownId(idOf(other))).join(' ')}]`);
  }
}

const KEEP_THEIR_NAMES = ['CustomResourceDefinition', 'APIService', 'Namespace'];

function rename(resources: readonly Resource[], where: 'prefixes' | 'suffixes', text: string): void {
  for (const resource of resources) {
    if (KEEP_THEIR_NAMES.includes(originalId(resource).kind)) continue;
    remember(resource);
    resource[where].push(text);
    const metadata = metadataOf(resource);
    metadata.name = where === 'prefixes' ? `${text}${String(metadata.name)}` : `${String(metadata.name)}${text}`;
  }
}

function labelSpecs({ includeSelectors = false, includeTemplates = false, fields = [] }: Labels): FieldSpec[] {
  const own = fields.map(({ path, create = false, ...type }) => ({ ...type, path, create }));
  if (includeSelectors) return [...SELECTORS, ...LABELS, ...VOLUME_CLAIM_LABELS, ...own];
  return [...(includeTemplates ? [...LABELS, ...VOLUME_CLAIM_LABELS] : LABELS.slice(0, 1)), ...own];
}

function addPairs(resources: readonly Resource[], pairs: Record<string, string>, specs: readonly FieldSpec[]): void {
  const entries = Object.entries(pairs);
  if (entries.length === 0) return;
  for (const resource of resources) {
    const id = idOf(resource);
    for (const spec of specs) {
      if (!selected(spec, id)) continue;
      atPath(resource.object, fieldPath(spec.path), spec.create === true, (holder, field) => {
        const old = isFields(holder[field]) ? holder[field] : {};
        holder[field] = { ...old, ...Object.fromEntries(entries.map(([key, value]) => [key, String(value)])) };
      });
    }
  }
}

const IMAGES = ['spec', 'spec/template/spec'].flatMap((at) =>
  ['containers/image', 'initContainers/image', 'volumes/image/reference'].map((path) => `${at}/${path}`),
);

/** Wherever containers stand. */
function setImages(node: unknown, image: Image): void {
  if (Array.isArray(node)) {
    for (const item of node) setImages(item, image);
    return;
  }
  if (!isFields(node) || node.kind === 'CustomResourceDefinition') return;
  for (const list of ['containers', 'initContainers']) {
    for (const container of Array.isArray(node[list]) ? node[list] : [])
      if (isFields(container) && typeof container.image === 'string') container.image = newImage(container.image, image);
  }
  for (const value of Object.values(node)) setImages(value, image);
}

export function newImage(text: string, { name = '', newName, newTag, tagSuffix, digest }: Image): string {
  let matches = false;
  try {
    matches = new RegExp(`^${name}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`).test(text);
  } catch {
    throw new KustomizeError(`image name ${JSON.stringify(name)} is not a regular expression`);
  }
  if (!matches) return text;
  const [, base = '', oldTag = '', oldDigest = ''] = /^(.*?)(?::([^/@]*))?(?:@(.*))?$/.exec(text) ?? [];
  let [tag, sum] = [oldTag, oldDigest];
  if (newTag || digest) [tag, sum] = [newTag ?? '', digest ?? ''];
  else if (tagSuffix) [tag, sum] = [`${tag}${tagSuffix}`, ''];
  return `${newName || base}${tag ? `:${tag}` : ''}${sum ? `@${sum}` : ''}`;
}
