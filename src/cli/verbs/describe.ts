// `describe`: one object, or several, told at length. The kinds' texts are in ../describers.
import type { CoreV1Event } from '../../api/generated/types.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { isNotFound, StatusError } from '../../machinery/status.ts';
import type { Surroundings } from '../describers/describer.ts';
import { describeGeneric } from '../describers/generic.ts';
import { describers } from '../describers/index.ts';
import { throwAll } from '../each-target.ts';
import type { BuilderOptions, Info } from '../resources/builder.ts';
import type { Mapping } from '../resources/mapper.ts';
import { listObjects } from '../rest.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

export const describe = defineVerb({
  short: 'Tell one or more resources at length, with their events',
  examples: [
    { about: 'A Pod', command: 'kubectl describe pod web' },
    { about: 'All Pods whose name begins so', command: 'kubectl describe pods web-' },
    { about: 'By label', command: 'kubectl describe deployments -l app=web' },
  ],
  flags: { 'show-events': 'Tell the events of the objects too.' },
  async run(context) {
    const { flags, args } = context;
    if (args.length === 0 && flags.list('filename').length === 0 && !flags.string('kustomize')) {
      throw new KubectlError(
        'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.',
      );
    }
    const { infos, errors } = await collect(context);
    const texts: string[] = [];
    const shown = new Set<string>();
    // Several objects leave their events out, unless somebody asks for them.
    const withEvents = flags.given('show-events') ? flags.bool('show-events') : infos.length === 1;
    for (const info of infos) {
      const { mapping, object } = info;
      if (!object || shown.has(object.metadata.uid)) continue;
      shown.add(object.metadata.uid);
      texts.push(await describeOne(context, mapping, object, withEvents));
    }
    context.write(texts.join('\n\n'));
    throwAll(errors);
    if (infos.length === 0 && errors.length === 0) {
      context.err(flags.bool('all-namespaces') ? 'No resources found' : `No resources found in ${context.namespace} namespace.`);
    }
    return 0;
  },
});

async function collect(context: VerbContext): Promise<{ infos: Info[]; errors: unknown[] }> {
  const { flags, args } = context;
  const options: BuilderOptions = {
    files: true,
    args,
    allowAll: true,
    labelSelector: flags.string('selector'),
    allNamespaces: flags.bool('all-namespaces'),
    fetch: true,
    enforceNamespace: true,
  };
  const infos: Info[] = [];
  const errors: unknown[] = [];
  for await (const { info, error } of context.builder().visit(options)) {
    if (error) errors.push(error);
    else infos.push(await fetched(context, info));
  }
  if (errors.length === 1 && args.length === 2 && isNotFound(errors[0])) {
    const byPrefix = await startingWith(context, args[0] ?? '', args[1] ?? '');
    if (byPrefix.length > 0) return { infos: byPrefix, errors: [] };
  }
  return { infos, errors };
}

/** Files only name their objects. */
async function fetched(context: VerbContext, info: Info): Promise<Info> {
  if (!info.source) return info;
  const { getObject } = await import('../rest.ts');
  return { ...info, object: await getObject(context, info.mapping, info.namespace, info.name) };
}

/** A name that no object has may be how several begin. */
async function startingWith(context: VerbContext, type: string, prefix: string): Promise<Info[]> {
  const mapping = await context.mapper.byResource(type);
  const namespace = mapping.namespaced ? context.namespace : undefined;
  const objects = (await listObjects(context, mapping, namespace)).filter(({ metadata }) => metadata.name.startsWith(prefix));
  return objects.map((object) => ({ mapping, namespace: object.metadata.namespace, name: object.metadata.name, object, source: '' }));
}

async function describeOne(context: VerbContext, mapping: Mapping, object: KubeObject, withEvents: boolean): Promise<string> {
  const load = describers[mapping.group ? `${mapping.kind}.${mapping.group}` : mapping.kind];
  const describer = load ? await load() : describeGeneric;
  return describer(object, surroundings(context, mapping, object, withEvents));
}

function surroundings(context: VerbContext, mapping: Mapping, object: KubeObject, withEvents: boolean): Surroundings {
  return {
    context,
    now: () => context.now(),
    events: async () => (withEvents ? eventsOf(context, mapping, object) : undefined),
    async list<T>(resource: string, namespace: string | undefined, query: Readonly<Record<string, string | undefined>> = {}) {
      try {
        return (await listObjects(context, await context.mapper.byResource(resource), namespace, query)) as unknown as T[];
      } catch (error) {
        // What may not be read, or does not exist in this cluster, is left out of the text.
        if (error instanceof StatusError || error instanceof KubectlError) return [];
        throw error;
      }
    },
  };
}

async function eventsOf(context: VerbContext, mapping: Mapping, { metadata }: KubeObject): Promise<readonly CoreV1Event[]> {
  // A kubelet names its node by name where a uid belongs, so uids of nodes are not asked for.
  // A kubelet knows its static Pods by the hash of their manifest, and its events name them so.
  const known = metadata.annotations?.['kubernetes.io/config.mirror'] ?? metadata.uid;
  const uid = mapping.kind === 'Node' ? '' : `,involvedObject.uid=${known}`;
  const inNamespace = metadata.namespace ? `,involvedObject.namespace=${metadata.namespace}` : '';
  const fieldSelector = `involvedObject.name=${metadata.name}${inNamespace},involvedObject.kind=${mapping.kind}${uid}`;
  const events = await listObjects(context, await context.mapper.byResource('events'), metadata.namespace, { fieldSelector });
  return events as unknown as CoreV1Event[];
}
