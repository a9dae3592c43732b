// All built-in kinds whose objects can be listed and deleted, each in one version.
import { builtinKinds } from '../api/builtin.ts';
import type { Kind } from '../api/kind.ts';

export function deletableKinds(): readonly Kind[] {
  const byResource = new Map<string, Kind>();
  for (const kind of builtinKinds()) {
    const { verbs } = kind.names;
    if (verbs.includes('list') && verbs.includes('delete') && !byResource.has(kind.resource)) byResource.set(kind.resource, kind);
  }
  return [...byResource.values()];
}
