// The REST collection of a manifest's kind, from the built-in kinds.
import { kindFor } from '../api/index.ts';
import { pathOf } from '../client/rest.ts';

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

export function pathForManifest(object: Manifest): string {
  const slash = object.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : object.apiVersion.slice(0, slash);
  const kind = kindFor(group, object.apiVersion.slice(slash + 1), object.kind);
  if (!kind) throw new Error(`no built-in kind ${object.apiVersion} ${object.kind}`);
  return pathOf(kind, object.metadata.namespace);
}
