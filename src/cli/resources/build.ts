// Plays cli-runtime's resource.Builder: the objects that a command line means, from files and arguments, fetched when asked for.
import type { KubeObject } from '../../machinery/object.ts';
import { isNotFound } from '../../machinery/status.ts';
import { send } from '../rest.ts';
import { KubectlError, type VerbContext } from '../verb.ts';
import { readArguments } from './arguments.ts';
import type { Builder, BuilderOptions, Info, Visited } from './builder.ts';
import { type Decoded, decode } from './decode.ts';
import { splitApiVersion } from './discovery.ts';
import { manifestsOf } from './files.ts';
import { builtFrom } from './kustomize.ts';
import { type Mapping, resourcePath } from './mapper.ts';

export function createBuilder(context: VerbContext): Builder {
  const visit = (options: BuilderOptions): AsyncIterable<Visited> => visitAll(context, options);
  return {
    visit,
    async infos(options) {
      const infos: Info[] = [];
      const errors: Error[] = [];
      for await (const { info, error } of visit(options)) {
        if (error) errors.push(error);
        else infos.push(info);
      }
      if (errors.length === 1) throw errors[0];
      if (errors.length > 1) throw new AggregateError(errors);
      return infos;
    },
  };
}

async function* visitAll(context: VerbContext, options: BuilderOptions): AsyncIterable<Visited> {
  const { args = [] } = options;
  const files = options.files ? context.flags.list('filename') : [];
  const kustomize = options.files ? context.flags.string('kustomize') : '';
  if (kustomize) {
    if (files.length > 0) throw new KubectlError('only one of -f or -k can be specified');
    if (context.flags.bool('recursive')) throw new KubectlError("the -k flag can't be used with -f or -R");
    if (args.length > 0)
      throw new KubectlError('when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well');
    const read = async (): Promise<string> =>
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: await builtFrom(context, kustomize) });
    yield* fromManifest(context, options, kustomize, read);
    return;
  }
  if (files.length > 0) {
    const manifests = manifestsOf(context, files, context.flags.bool('recursive'));
    if (args.length > 0)
      throw new KubectlError('when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well');
    for (const { source, read } of manifests) yield* fromManifest(context, options, source, read);
    return;
  }
  const selecting = Boolean(options.labelSelector || options.fieldSelector);
  const { types, objects } = await readArguments(context.mapper, args, {
    selecting,
    allowAll: options.allowAll ?? false,
    allNamespaces: options.allNamespaces ?? false,
    program: context.program,
  });
  for (const mapping of types) yield* ofType(context, options, mapping);
  for (const { mapping, name } of objects) yield* named(context, options, mapping, name);
}

async function* fromManifest(
  context: VerbContext,
  options: BuilderOptions,
  source: string,
  read: () => Promise<string>,
): AsyncIterable<Visited> {
  try {
    for await (const object of decode(await read(), source)) {
      if (object instanceof Error) yield { error: object };
      else yield await inferred(context, options, object, source);
    }
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    yield { error };
  }
}

async function inferred(context: VerbContext, options: BuilderOptions, object: Decoded, source: string): Promise<Visited> {
  const { apiVersion, kind } = object;
  const name = object.metadata?.name ?? '';
  const mapping = (await knownKind(context, options, apiVersion, kind)) ?? (options.local ? guessed(apiVersion, kind) : undefined);
  if (!mapping) {
    const where = `resource mapping not found for name: ${JSON.stringify(name)} namespace: ${JSON.stringify(object.metadata?.namespace ?? '')} from ${JSON.stringify(source)}`;
    return {
      error: new KubectlError(
        `${where}: no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}\nensure CRDs are installed first`,
      ),
    };
  }
  if (!mapping.namespaced) return { info: { mapping, namespace: undefined, name, object: object as unknown as KubeObject, source } };
  const own = object.metadata?.namespace ?? '';
  if (own && options.enforceNamespace && context.namespaceGiven && own !== context.namespace) {
    const { namespace } = context;
    return {
      error: new KubectlError(
        `the namespace from the provided object ${JSON.stringify(own)} does not match the namespace ${JSON.stringify(namespace)}. You must pass '--namespace=${own}' to perform this operation.`,
      ),
    };
  }
  const namespace = own || context.namespace;
  const placed = own ? object : { ...object, metadata: { ...object.metadata, namespace } };
  return { info: { mapping, namespace, name, object: placed as unknown as KubeObject, source } };
}

/** Local builds know the built-in kinds without a cluster. */
async function knownKind(context: VerbContext, options: BuilderOptions, apiVersion: string, kind: string): Promise<Mapping | undefined> {
  const [group, version] = splitApiVersion(apiVersion);
  if (options.local) {
    const { kindFor } = await import('../../api/index.ts');
    const names = kindFor(group, version, kind)?.names;
    return names && { ...names, resource: names.plural };
  }
  return context.mapper.byKind(apiVersion, kind);
}

/** A kind that no server was asked about: apimachinery's guess at the plural. */
function guessed(apiVersion: string, kind: string): Mapping {
  const [group, version] = splitApiVersion(apiVersion);
  const singular = kind.toLowerCase();
  const resource = singular.endsWith('s') ? `${singular}es` : singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`;
  return { group, version, kind, resource, singular, shortNames: [], categories: [], namespaced: true, verbs: [], subresources: [] };
}

async function* ofType(context: VerbContext, options: BuilderOptions, mapping: Mapping): AsyncIterable<Visited> {
  if (options.subresource) throw new KubectlError('subresource cannot be used when bulk resources are specified');
  const namespace = mapping.namespaced && !options.allNamespaces ? context.namespace : undefined;
  try {
    const body = await send(context, {
      method: 'GET',
      path: resourcePath(mapping, namespace),
      query: { labelSelector: options.labelSelector || undefined, fieldSelector: options.fieldSelector || undefined },
    });
    for (const item of (body as { items?: KubeObject[] }).items ?? []) {
      const object = item.kind
        ? item
        : { ...item, apiVersion: mapping.group ? `${mapping.group}/${mapping.version}` : mapping.version, kind: mapping.kind };
      yield { info: { mapping, namespace: item.metadata.namespace, name: item.metadata.name, object, source: '' } };
    }
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'StatusError') throw error;
    if (!(options.ignoreNotFound && isNotFound(error))) yield { error };
  }
}

async function* named(context: VerbContext, options: BuilderOptions, mapping: Mapping, name: string): AsyncIterable<Visited> {
  const namespace = mapping.namespaced ? context.namespace : undefined;
  const info: Info = { mapping, namespace, name, object: undefined, source: '' };
  if (options.fetch === false || options.fetch === undefined) {
    yield { info };
    return;
  }
  try {
    const body = await send(context, { method: 'GET', path: resourcePath(mapping, namespace, name, options.subresource) });
    yield { info: { ...info, object: body as KubeObject } };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'StatusError') throw error;
    if (!(options.ignoreNotFound && isNotFound(error))) yield { error };
  }
}
