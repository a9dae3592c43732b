// Names of generated objects end in a hash of their content (kustomize/api/hasher).
import { contentHash } from '../name-hash.ts';
import { metadataOf, type Resource, remember } from './resource.ts';

export function addHashes(resources: readonly Resource[]): void {
  for (const resource of resources) {
    if (!resource.needsHash) continue;
    const { object } = resource;
    const metadata = metadataOf(resource);
    const optional = (field: string): object => (object[field] === undefined ? {} : { [field]: object[field] });
    // The hasher looks for the name where it never is, so that prefixes do not change the hash.
    const content =
      object.kind === 'Secret'
        ? { kind: 'Secret', type: object.type ?? '', name: '', data: object.data ?? '', ...optional('stringData') }
        : { kind: 'ConfigMap', name: '', data: object.data ?? '', ...optional('binaryData') };
    remember(resource);
    metadata.name = `${String(metadata.name)}-${contentHash(content)}`;
  }
}
