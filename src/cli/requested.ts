// What `get` asks for, one entry per request to the server: a collection, or an object by name. The resource builder answers with
// objects; a table needs the request itself.
import { readArguments } from './resources/arguments.ts';
import type { Mapping } from './resources/mapper.ts';
import type { VerbContext } from './verb.ts';

export interface Requested {
  mapping: Mapping;
  namespace: string | undefined;
  /** Undefined for the whole collection. */
  name: string | undefined;
}

export async function requestedBy(context: VerbContext, options: { allNamespaces: boolean; selecting: boolean }): Promise<Requested[]> {
  const { mapper, program } = context;
  const { types, objects } = await readArguments(mapper, context.args, { ...options, allowAll: true, program });
  const placed = (mapping: Mapping, name: string | undefined): Requested => ({
    mapping,
    namespace: mapping.namespaced && !options.allNamespaces ? context.namespace : undefined,
    name,
  });
  return [...types.map((mapping) => placed(mapping, undefined)), ...objects.map(({ mapping, name }) => placed(mapping, name))];
}
