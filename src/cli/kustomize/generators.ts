// configMapGenerator and secretGenerator.
import { badEnvName, checkKeys } from '../key-sources.ts';
import { KustomizeError } from './fail.ts';
import { fileIn } from './files.ts';
import type { Generator, GeneratorOptions, Kustomization } from './kustomization.ts';
import type { BuildOptions } from './objects.ts';
import { type Fields, idOf, isFields, metadataOf, originalId, type Resource, resourceOf, sameId, shownId } from './resource.ts';

export async function generate(own: Kustomization, root: string, resources: Resource[], options: BuildOptions): Promise<void> {
  for (const args of own.configMapGenerator ?? []) add(resources, args, make('ConfigMap', args, own.generatorOptions, root, options));
  for (const args of own.secretGenerator ?? []) add(resources, args, make('Secret', args, own.generatorOptions, root, options));
}

function make(
  kind: 'ConfigMap' | 'Secret',
  args: Generator,
  global: GeneratorOptions | undefined,
  root: string,
  options: BuildOptions,
): Resource {
  if (!args.name) throw new KustomizeError('a configmap must have a name');
  const sources = read(args, root, options.anywhere ?? false);
  try {
    checkKeys(sources, kind, args.name);
  } catch (error) {
    throw new KustomizeError((error as Error).message);
  }
  const labels = { ...global?.labels, ...args.options?.labels };
  const annotations = { ...global?.annotations, ...args.options?.annotations };
  const object: Fields = {
    apiVersion: 'v1',
    kind,
    metadata: {
      name: args.name,
      ...(args.namespace ? { namespace: args.namespace } : {}),
      ...(Object.keys(labels).length > 0 ? { labels } : {}),
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    ...(kind === 'Secret' ? { type: args.type ?? 'Opaque' } : {}),
  };
  for (const { key, bytes } of sources) {
    const plain = kind === 'ConfigMap' && isText(bytes);
    const field = kind === 'Secret' || plain ? 'data' : 'binaryData';
    object[field] = { ...(object[field] as Fields | undefined), [key]: plain ? bytes.toString('utf8') : bytes.toString('base64') };
  }
  if (args.options?.immutable ?? global?.immutable) object.immutable = true;
  const resource = resourceOf(object);
  resource.needsHash = !(args.options?.disableNameSuffixHash || global?.disableNameSuffixHash);
  return resource;
}

const isText = (bytes: Buffer): boolean => Buffer.from(bytes.toString('utf8')).equals(bytes);

interface Source {
  key: string;
  bytes: Buffer;
}

function read(args: Generator, root: string, anywhere: boolean): Source[] {
  const envs = [...(args.envs ?? []), ...(args.env ? [args.env] : [])];
  return [
    ...loading(`env source files: [${envs.join(' ')}]`, () =>
      envs.flatMap((path) => variables(fileIn(root, path, anywhere).toString('utf8'))),
    ),
    ...loading(`literal sources [${(args.literals ?? []).join(' ')}]`, () => (args.literals ?? []).map(literal)),
    ...loading(`file sources: [${(args.files ?? []).join(' ')}]`, () => (args.files ?? []).map((source) => file(source, root, anywhere))),
  ];
}

function loading(what: string, act: () => Source[]): Source[] {
  try {
    return act();
  } catch (error) {
    throw error instanceof KustomizeError ? new KustomizeError(`loading KV pairs: ${what}: ${error.message}`) : error;
  }
}

function variables(text: string): Source[] {
  return text.split('\n').flatMap((raw) => {
    const line = raw.replace(/\r$/, '').trimStart();
    if (line === '' || line.startsWith('#')) return [];
    const equals = line.indexOf('=');
    const key = equals < 0 ? line : line.slice(0, equals);
    const problem = badEnvName(key);
    if (problem) throw new KustomizeError(problem);
    return [{ key, bytes: Buffer.from(equals < 0 ? '' : line.slice(equals + 1)) }];
  });
}

function literal(text: string): Source {
  const equals = text.indexOf('=');
  if (equals < 1) throw new KustomizeError(`invalid literal source ${text}, expected key=value`);
  const value = text.slice(equals + 1);
  const quoted = /^(['"])([\s\S]*)\1$/.exec(value);
  return { key: text.slice(0, equals), bytes: Buffer.from(quoted && value.length > 1 ? (quoted[2] ?? '') : value) };
}

function file(source: string, root: string, anywhere: boolean): Source {
  const parts = source.split('=');
  const [first = '', second] = parts;
  if (parts.length > 2) throw new KustomizeError(`source ${JSON.stringify(source)} key name or file path contains '='`);
  if (second !== undefined && first === '')
    throw new KustomizeError(`missing key name for file path ${JSON.stringify(second)} in source ${JSON.stringify(source)}`);
  if (second === '')
    throw new KustomizeError(`missing file path for key name ${JSON.stringify(first)} in source ${JSON.stringify(source)}`);
  const path = second ?? first;
  return { key: second === undefined ? (path.split('/').at(-1) ?? path) : first, bytes: fileIn(root, path, anywhere) };
}

/** `behavior`: create, merge or replace. */
function add(resources: Resource[], { behavior = 'create' }: Generator, made: Resource): void {
  const id = idOf(made);
  const at = resources.findIndex((one) => sameId(originalId(one), id) || sameId(idOf(one), id));
  const old = resources[at];
  if (behavior !== 'merge' && behavior !== 'replace') {
    if (old) throw new KustomizeError(`merging from generator: id ${shownId(id)} exists; behavior must be merge or replace`);
    resources.push(made);
    return;
  }
  if (!old) throw new KustomizeError(`merging from generator: id ${shownId(id)} does not exist; cannot merge or replace`);
  const kept = metadataOf(old);
  const metadata = metadataOf(made);
  for (const field of ['labels', 'annotations']) {
    const both = { ...(kept[field] as Fields | undefined), ...(metadata[field] as Fields | undefined) };
    if (Object.keys(both).length > 0) metadata[field] = both;
  }
  metadata.name = kept.name;
  if (kept.namespace !== undefined) metadata.namespace = kept.namespace;
  for (const field of behavior === 'merge' ? ['data', 'binaryData'] : []) {
    if (isFields(old.object[field])) made.object[field] = { ...old.object[field], ...(made.object[field] as Fields | undefined) };
  }
  resources[at] = { ...old, object: made.object, needsHash: made.needsHash || old.needsHash };
}
