// `run`: one Pod from flags, and what its terminal sees with --attach, -i and --rm.

import { recorded } from '../change-cause.ts';
import { dryRunOf, writeOptions } from '../dry-run.ts';
import { isImageName } from '../image-name.ts';
import { LAST_APPLIED } from '../last-applied.ts';
import { resultPrinter } from '../print-result.ts';
import type { Mapping } from '../resources/mapper.ts';
import { createObject, type Draft, deleteObject } from '../rest.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

export const run = defineVerb({
  short: 'Run an image in a Pod',
  examples: [
    { about: 'One nginx', command: 'kubectl run web --image=nginx' },
    { about: 'Print what would be created', command: 'kubectl run web --image=nginx --port=80 --dry-run=client -o yaml' },
    { about: 'A shell that is removed afterwards', command: 'kubectl run tmp --image=busybox -it --rm --restart=Never -- sh' },
  ],
  flags: {
    image: 'Image to run.',
    port: 'Port that the container listens on.',
    env: 'A variable for the container: NAME=value. May be repeated.',
    labels: 'Labels of the Pod, separated by commas.',
    annotations: 'An annotation of the Pod: key=value. May be repeated.',
    command: 'Use the words behind -- as the command instead of its arguments.',
    restart: 'Restart policy: Always, OnFailure or Never.',
    rm: 'Remove the Pod when its terminal ends.',
    attach: 'Wait for the Pod and show what it prints.',
    expose: 'Make a service for the port too.',
    overrides: 'JSON that is put over the generated object.',
    'override-type': 'How: merge, strategic or json.',
    privileged: 'Run the container in privileged mode.',
    'image-pull-policy': 'When to pull: Always, IfNotPresent or Never.',
  },
  async run(context) {
    const dryRun = dryRunOf(context);
    const { name, args } = checkedArguments(context, dryRun !== 'none');
    const { flags } = context;
    const print = await resultPrinter(context, { dryRun, local: dryRun === 'client' });
    const labels = labelsOf(flags.string('labels'));
    const pod = await overridden(context, podDraft(context, name, labels ?? { run: name }, args));
    const drafts: [Mapping, Draft][] = [];
    if (flags.bool('expose')) drafts.push([SERVICES, serviceDraft(name, labels, labels ?? { run: name }, Number(flags.string('port')))]);
    drafts.push([PODS, pod]);

    const created: [Mapping, Draft][] = [];
    for (const [mapping, given] of drafts) {
      const draft = recorded(context, given);
      if (context.namespaceGiven && dryRun === 'client') draft.metadata.namespace = context.namespace;
      if (dryRun === 'client') created.push([mapping, draft]);
      else {
        if (flags.bool('save-config'))
          draft.metadata.annotations = { ...draft.metadata.annotations, [LAST_APPLIED]: `${JSON.stringify(draft)}\n` };
        created.push([
          mapping,
          (await createObject(context, mapping, context.namespace, draft, writeOptions(context, dryRun))) as unknown as Draft,
        ]);
      }
    }
    if (attaches(context)) return attachAndRemove(context, name, created);
    for (const [mapping, object] of created) {
      await print(mapping, object, 'created');
      // The service ends its document, and the Pod begins one.
      if (mapping === SERVICES && flags.string('output') === 'yaml') context.out('---');
    }
    return 0;
  },
});

const mapping = (kind: string, resource: string): Mapping => ({
  group: '',
  version: 'v1',
  kind,
  resource,
  singular: kind.toLowerCase(),
  shortNames: [],
  categories: [],
  namespaced: true,
  verbs: [],
  subresources: [],
});
const PODS = mapping('Pod', 'pods');
const SERVICES = mapping('Service', 'services');

const attaches = ({ flags }: VerbContext): boolean => flags.bool('attach') || (flags.bool('stdin') && !flags.given('attach'));

function checkedArguments(context: VerbContext, dry: boolean): { name: string; args: readonly string[] } {
  const { flags } = context;
  const [name, ...args] = context.args;
  const usage = { usage: true };
  const restart = flags.string('restart');
  if (!['Always', 'OnFailure', 'Never', ''].includes(restart)) throw new KubectlError(`invalid restart policy: ${restart}`, usage);
  const pull = flags.string('image-pull-policy');
  if (!['', 'Always', 'IfNotPresent', 'Never'].includes(pull)) throw new KubectlError(`invalid image pull policy: ${pull}`, usage);
  if (name === undefined || context.args.length === context.argsAfterDash?.length)
    throw new KubectlError('NAME is required for run', usage);
  const image = flags.string('image');
  if (!image) throw new KubectlError('--image is required');
  if (!isImageName(image)) throw new KubectlError(`Invalid image name ${JSON.stringify(image)}: invalid reference format`);
  if (flags.bool('tty') && !flags.bool('stdin')) throw new KubectlError('-i/--stdin is required for containers with -t/--tty=true', usage);
  if (flags.bool('expose') && !flags.string('port')) throw new KubectlError('--port must be set when exposing a service', usage);
  if (!attaches(context) && flags.bool('rm')) throw new KubectlError('--rm should only be used for attached containers', usage);
  if (attaches(context) && dry) {
    throw new KubectlError("--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)", usage);
  }
  const port = flags.string('port');
  if (port && !/^[+-]?\d+$/.test(port)) throw new KubectlError(`strconv.Atoi: parsing ${JSON.stringify(port)}: invalid syntax`);
  return { name, args };
}

function labelsOf(text: string): Record<string, string> | undefined {
  if (!text) return undefined;
  const labels: Record<string, string> = {};
  for (const spec of text.split(',')) {
    const parts = spec.split('=');
    if (parts.length !== 2) throw new KubectlError(`unexpected label spec: ${spec}`);
    if (!parts[0]) throw new KubectlError('unexpected empty label key');
    labels[parts[0]] = parts[1] ?? '';
  }
  return labels;
}

function podDraft(context: VerbContext, name: string, labels: Record<string, string>, args: readonly string[]): Draft {
  const { flags } = context;
  const stdin = flags.bool('stdin');
  const annotations = pairs(flags.list('annotations'));
  const env = flags.list('env').map(variable);
  const port = flags.string('port');
  const pull = flags.string('image-pull-policy');
  const container = {
    name,
    image: flags.string('image'),
    ...(args.length > 0 ? { [flags.bool('command') ? 'command' : 'args']: args } : {}),
    ...(port ? { ports: [{ containerPort: Number(port) }] } : {}),
    ...(env.length > 0 ? { env } : {}),
    resources: {},
    ...(pull ? { imagePullPolicy: pull } : {}),
    ...(flags.bool('privileged') ? { securityContext: { privileged: true } } : {}),
    ...(stdin ? { stdin: true } : {}),
    ...(stdin && !flags.bool('leave-stdin-open') ? { stdinOnce: true } : {}),
    ...(flags.bool('tty') ? { tty: true } : {}),
  };
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name, labels, ...(annotations ? { annotations } : {}) },
    spec: {
      containers: [container],
      restartPolicy: flags.string('restart') || (stdin ? 'OnFailure' : 'Always'),
      dnsPolicy: 'ClusterFirst',
    },
    status: {},
  };
}

function pairs(texts: readonly string[]): Record<string, string> | undefined {
  if (texts.length === 0) return undefined;
  return Object.fromEntries(
    texts.map((text) => {
      const equals = text.indexOf('=');
      if (equals < 1) throw new KubectlError(`invalid annotations: ${text}`);
      return [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}

function variable(text: string): { name: string; value: string } {
  const equals = text.indexOf('=');
  if (equals < 1 || !/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(text.slice(0, equals))) throw new KubectlError(`invalid env: ${text}`);
  return { name: text.slice(0, equals), value: text.slice(equals + 1) };
}

function serviceDraft(name: string, given: Record<string, string> | undefined, selector: Record<string, string>, port: number): Draft {
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name, ...(given ? { labels: given } : {}) },
    spec: { ports: [{ protocol: 'TCP', port, targetPort: port }], selector },
    status: { loadBalancer: {} },
  };
}

/** --overrides: JSON over the generated object. */
async function overridden(context: VerbContext, draft: Draft): Promise<Draft> {
  const text = context.flags.string('overrides');
  if (!text) return draft;
  const type = context.flags.string('override-type');
  const { applyPatch, parsePatch } = await import('../local-patch.ts');
  if (type !== 'merge' && type !== 'strategic' && type !== 'json') throw new KubectlError(`invalid override type: ${type}`);
  return applyPatch(draft as Record<string, unknown>, await parsePatch(text), type) as Draft;
}

async function attachAndRemove(context: VerbContext, name: string, created: readonly [Mapping, Draft][]): Promise<number> {
  const { attachToRun } = await import('../attach-run.ts');
  try {
    return await attachToRun(context, name);
  } finally {
    if (context.flags.bool('rm')) {
      for (const [mapping, object] of created) {
        await deleteObject(context, mapping, context.namespace, object.metadata.name ?? name, {
          kind: 'DeleteOptions',
          apiVersion: 'v1',
          propagationPolicy: 'Background',
        });
        if (!context.flags.bool('quiet'))
          context.out(`${mapping.singular} "${object.metadata.name ?? name}" deleted from ${context.namespace} namespace`);
      }
    }
  }
}
