// Resource arguments: `TYPE`, `TYPE NAME…`, `TYPE/NAME…`, `TYPE,TYPE`, categories; and cli-runtime's complaints about them.
import { KubectlError } from '../verb.ts';
import type { Mapping, RestMapper } from './mapper.ts';

/** What the arguments name: types as a whole, or single objects. */
export interface ResourceArguments {
  /** Types without names; a category such as `all` has become its members. */
  types: readonly Mapping[];
  objects: readonly { mapping: Mapping; name: string }[];
}

export interface ArgumentOptions {
  /** A selector, or `--all`, is given: names may not be. */
  selecting?: boolean;
  /** A type without a name means all of it. */
  allowAll?: boolean;
  allNamespaces?: boolean;
  /** `you may only specify a single resource type` */
  singleType?: boolean;
  program?: string;
}

const missing = `You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`;

export const missingResource = (): KubectlError => new KubectlError(missing);

export async function readArguments(
  mapper: RestMapper,
  args: readonly string[],
  options: ArgumentOptions = {},
): Promise<ResourceArguments> {
  const { selecting = false, allowAll = false, allNamespaces = false, singleType = false, program = 'kubectl' } = options;
  const words = paired(args);
  const slashed = words.filter((word) => word.includes('/')).length;
  if (slashed > 0) {
    if (slashed !== words.length) {
      throw new KubectlError(
        `there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. '${program} get resource/<resource_name>' instead of '${program} get resource resource/<resource_name>'`,
      );
    }
    const pairs = words.map(splitPair);
    if (selecting) throw new KubectlError('selectors and the all flag cannot be used when passing resource/name arguments');
    const objects: { mapping: Mapping; name: string }[] = [];
    const types = new Set<Mapping>();
    for (const { type, name } of pairs) {
      const mapping = await mapper.byResource(type);
      types.add(mapping);
      if (singleType && types.size > 1) throw new KubectlError('you may only specify a single resource type');
      if (mapping.namespaced && allNamespaces) throw acrossNamespaces();
      objects.push({ mapping, name });
    }
    return { types: [], objects };
  }
  const [typeWord, ...names] = words;
  if (typeWord === undefined) {
    if (selecting || allowAll) throw new KubectlError('at least one resource must be specified to use a selector');
    throw missingResource();
  }
  const typeNames = typeWord.split(',').filter(Boolean);
  if (names.length > 0) {
    if (selecting) throw new KubectlError('name cannot be provided when a selector is specified');
    const types = await typesOf(mapper, typeNames);
    if (types.some(({ namespaced }) => namespaced) && allNamespaces) throw acrossNamespaces();
    return { types: [], objects: types.flatMap((mapping) => names.map((name) => ({ mapping, name }))) };
  }
  const types = await typesOf(mapper, typeNames);
  if (types.length > 1 && singleType) throw new KubectlError('you may only specify a single resource type');
  if (!selecting && !allowAll) throw new KubectlError('resource(s) were provided, but no name was specified');
  return { types, objects: [] };
}

const acrossNamespaces = (): KubectlError => new KubectlError('a resource cannot be retrieved by name across all namespaces');

/** `pods,services web` means `pods/web services/web`. */
function paired(args: readonly string[]): readonly string[] {
  const [first = '', ...names] = args;
  const types = [...new Set(first.split(','))];
  return names.length > 0 && types.length > 1 ? types.flatMap((type) => names.map((name) => `${type}/${name}`)) : args;
}

function splitPair(word: string): { type: string; name: string } {
  const parts = word.split('/');
  if (parts.length !== 2) throw new KubectlError('arguments in resource/name form may not have more than one slash');
  const [type = '', name = ''] = parts;
  if (type === '' || name === '' || type.includes(','))
    throw new KubectlError('arguments in resource/name form must have a single resource and name');
  return { type, name };
}

async function typesOf(mapper: RestMapper, words: readonly string[]): Promise<Mapping[]> {
  const types: Mapping[] = [];
  for (const word of words) {
    const found =
      word === 'all' ? ((await mapper.category(word)) ?? [await mapper.byResource(word)]) : [await typeOrCategory(mapper, word)].flat();
    for (const mapping of found)
      if (!types.some((one) => one.resource === mapping.resource && one.group === mapping.group)) types.push(mapping);
  }
  return types;
}

async function typeOrCategory(mapper: RestMapper, word: string): Promise<Mapping | readonly Mapping[]> {
  try {
    return await mapper.byResource(word);
  } catch (error) {
    const members = error instanceof KubectlError ? await mapper.category(word) : undefined;
    if (members) return members;
    throw error;
  }
}
