// `debug`: a container beside those of a Pod, a copy of the Pod that can be looked into, or a Pod on a node.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { V1Container, V1ContainerState, V1Pod } from '../../api/generated/types.ts';
import { thaw } from '../../machinery/freeze.ts';
import { attachTo } from '../attach-to.ts';
import { containerNames } from '../containers.ts';
import { applyProfile, checkProfile } from '../debug-profiles.ts';
import { eachTarget } from '../each-target.ts';
import { isImageName } from '../image-name.ts';
import { applyPatch } from '../local-patch.ts';
import { pollUntil } from '../poll.ts';
import { readLog } from '../read-log.ts';
import type { Info } from '../resources/builder.ts';
import type { Mapping } from '../resources/mapper.ts';
import { createObject, type Draft, deleteObject, getObject, patchObject } from '../rest.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

export const debug = defineVerb({
  short: 'Look into Pods and nodes with a container of your own',
  examples: [
    { about: 'A shell beside the containers of a Pod', command: 'kubectl debug web -it --image=busybox -- sh' },
    { about: 'A copy with another image', command: 'kubectl debug web --copy-to=web-debug --set-image=*=nginx:1.27' },
    { about: 'A Pod on a node', command: 'kubectl debug node/node01 -it --image=busybox' },
  ],
  flags: {
    image: 'Image of the new container.',
    target: 'Container whose processes it shall see.',
    'copy-to': 'Make a copy of the Pod with this name.',
    replace: 'With --copy-to: remove the Pod that was copied.',
    'same-node': 'With --copy-to: on the same node.',
    'set-image': 'With --copy-to: container=image pairs; * is every container.',
    'share-processes': 'With --copy-to: let the containers see each other.',
    profile: 'general, baseline, restricted, netadmin, sysadmin or legacy.',
    custom: 'A file with fields of the container, in JSON or YAML.',
    attach: 'Attach to the container; so it is with -i.',
    container: 'Name of the debugging container.',
    env: 'Variables of it: name=value.',
    'arguments-only': 'What stands behind -- are arguments, not the command.',
  },
  async run(context) {
    const names = context.args.slice(0, context.args.length - (context.argsAfterDash?.length ?? 0));
    const custom = await customOf(context);
    checkFlags(context, names, custom);
    // A bare name is a Pod's.
    const args = names.map((name) => (name.includes('/') ? name : `pods/${name}`));
    let exitCode = 0;
    await eachTarget(context, { files: true, args, fetch: true, enforceNamespace: true }, async (info) => {
      const { pod, container } = await made(context, info, custom);
      const attach = context.flags.given('attach') ? context.flags.bool('attach') : context.flags.bool('stdin');
      if (attach && container) exitCode = await attached(context, pod, container);
    });
    return exitCode;
  },
});

type Fields = Record<string, unknown>;

async function customOf(context: VerbContext): Promise<Fields | undefined> {
  checkProfile(context.flags.string('profile'));
  const file = context.flags.string('custom');
  if (!file) return undefined;
  let text: string;
  try {
    text = readFileSync(resolve(context.cwd, file), 'utf8');
  } catch {
    throw new KubectlError(`must pass a container spec json file for custom profile: open ${file}: no such file or directory`);
  }
  const { readYaml } = await import('../../machinery/yaml-full.ts');
  try {
    return readYaml(text)[0] as Fields;
  } catch (error) {
    throw new KubectlError(`${file} does not contain a valid container spec: ${(error as Error).message}`);
  }
}

function checkFlags(context: VerbContext, names: readonly string[], custom: Fields | undefined): void {
  const { flags } = context;
  const fail = (message: string): never => {
    throw new KubectlError(message);
  };
  const [image, copy, pull] = [flags.string('image'), flags.string('copy-to'), flags.string('image-pull-policy')];
  const images = Object.entries(flags.map('set-image'));
  const command = context.argsAfterDash ?? [];
  if (flags.given('attach') && flags.bool('attach') && !image && !flags.string('container'))
    fail('you must specify --container or create a new container using --image in order to attach.');
  if (copy) {
    if (!image && images.length === 0 && command.length === 0) fail('you must specify --image, --set-image or command arguments.');
    if (command.length > 0 && !flags.string('container') && !image)
      fail('you must specify an existing container or a new image when specifying args.');
  } else {
    if (flags.bool('replace')) fail('--replace may only be used with --copy-to.');
    if (flags.bool('same-node')) fail('--same-node may only be used with --copy-to.');
    if (images.length > 0) fail('--set-image may only be used with --copy-to.');
    if (!image) fail('you must specify --image when not using --copy-to.');
  }
  if (image && !isImageName(image)) fail(`invalid image name ${JSON.stringify(image)}: invalid reference format`);
  if (names.length === 0 && flags.list('filename').length === 0) fail('NAME or filename is required for debug');
  if (!['', 'Always', 'IfNotPresent', 'Never'].includes(pull)) fail(`invalid image pull policy: ${pull}`);
  for (const [name, one] of images)
    if (!isImageName(one))
      fail(`invalid image name ${JSON.stringify(one)} for container ${JSON.stringify(name)}: invalid reference format`);
  const target = flags.string('target');
  if (target && copy) fail('--target is incompatible with --copy-to. Use --share-processes instead.');
  if (target && !flags.bool('quiet')) {
    context.out(
      `Targeting container ${JSON.stringify(target)}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.`,
    );
  }
  if (flags.bool('tty') && !flags.bool('stdin')) fail('-i/--stdin is required for containers with -t/--tty=true');
  if (custom && ['name', 'command', 'image', 'lifecycle', 'volumeDevices'].some((field) => custom[field] !== undefined))
    fail('name, command, image, lifecycle and volume devices are not modifiable via custom profile');
  if (flags.string('profile') === 'legacy') {
    context.err(
      '--profile=legacy is deprecated and planned to be removed in v1.39. It is recommended to specify other profile, for example "--profile=general".',
    );
  }
}

interface Made {
  pod: V1Pod;
  /** Empty when only images were changed. */
  container: string;
}

async function made(context: VerbContext, info: Info, custom: Fields | undefined): Promise<Made> {
  const { mapping, object } = info;
  if (mapping.kind === 'Node' && mapping.group === '') return onNode(context, info.name, custom);
  if (mapping.kind !== 'Pod' || !object) {
    const { group, version, kind } = mapping;
    throw new KubectlError(`${JSON.stringify(`${group ? `${group}/` : '/'}${version}, Kind=${kind}`)} not supported by debug`);
  }
  const pod = object as unknown as V1Pod;
  return context.flags.string('copy-to') ? copied(context, mapping, pod, custom) : beside(context, mapping, pod, custom);
}

async function beside(context: VerbContext, mapping: Mapping, pod: V1Pod, custom: Fields | undefined): Promise<Made> {
  const { flags } = context;
  const { name = '', namespace = '' } = pod.metadata ?? {};
  const container = {
    ...newContainer(context, nameFor(context, pod)),
    ...(flags.string('target') ? { targetContainerName: flags.string('target') } : {}),
  };
  applyProfile(context, pod, { containers: [] }, container, 'ephemeral');
  warnAboutUser(context, pod, container);
  const ephemeralContainers = [customized(container, custom)];
  const changed = await patchObject(
    context,
    mapping,
    namespace,
    name,
    'strategic',
    { spec: { ephemeralContainers } },
    { subresource: 'ephemeralcontainers' },
  );
  return { pod: changed as unknown as V1Pod, container: container.name };
}

async function copied(context: VerbContext, mapping: Mapping, pod: V1Pod, custom: Fields | undefined): Promise<Made> {
  const { flags } = context;
  const { name = '', namespace = '', labels, annotations } = thaw(pod.metadata ?? {});
  const spec = thaw(pod.spec ?? { containers: [] });
  delete spec.ephemeralContainers;
  if (!flags.bool('same-node')) delete spec.nodeName;
  if (flags.given('share-processes')) spec.shareProcessNamespace = flags.bool('share-processes');
  const copy: V1Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: flags.string('copy-to'), namespace, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) },
    spec,
  };
  const images = flags.map('set-image');
  for (const one of spec.containers) {
    const image = images[one.name] ?? images['*'];
    if (image) one.image = image;
  }
  let container = spec.containers.find((one) => one.name === flags.string('container'));
  if (container || flags.string('image')) {
    const fresh = newContainer(context, container?.name ?? nameFor(context, pod));
    if (container) Object.assign(container, fresh, fresh.command ? { args: undefined } : {}, fresh.image ? {} : { image: container.image });
    else {
      container = fresh;
      spec.containers.push(container);
    }
    applyProfile(context, copy, spec, container, 'copy');
    Object.assign(container, customized(container, custom));
    warnAboutUser(context, pod, container);
  } else if (Object.keys(images).length === 0) throw new KubectlError('you must specify image when creating new container');
  const created = await createObject(context, mapping, namespace, copy);
  if (flags.bool('replace'))
    await deleteObject(context, mapping, namespace, name, { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 });
  return { pod: created as unknown as V1Pod, container: container?.name ?? '' };
}

async function onNode(context: VerbContext, node: string, custom: Fields | undefined): Promise<Made> {
  const { flags, namespace } = context;
  const container = newContainer(context, flags.string('container') || 'debugger');
  const pods = await context.mapper.byResource('pods');
  const name = `node-debugger-${node}-${suffix(`${node} ${context.now()}`)}`;
  if (!flags.bool('quiet')) context.out(`Creating debugging pod ${name} with container ${container.name} on node ${node}.`);
  const spec = { containers: [container], nodeName: node, restartPolicy: 'Never', tolerations: [{ operator: 'Exists' }] };
  const pod: V1Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'kubectl-debug' } },
    spec,
  };
  applyProfile(context, pod, spec, container, 'node');
  spec.containers[0] = customized(container, custom);
  return { pod: (await createObject(context, pods, namespace, pod as unknown as Draft)) as unknown as V1Pod, container: container.name };
}

function newContainer(context: VerbContext, name: string): V1Container {
  const { flags } = context;
  const words = [...(context.argsAfterDash ?? [])];
  const env = Object.entries(flags.map('env')).map(([key, value]) => ({ name: key, value }));
  return {
    name,
    ...(flags.string('image') ? { image: flags.string('image') } : {}),
    ...(words.length > 0 ? { [flags.bool('arguments-only') ? 'args' : 'command']: words } : {}),
    ...(env.length > 0 ? { env } : {}),
    ...(flags.string('image-pull-policy') ? { imagePullPolicy: flags.string('image-pull-policy') } : {}),
    ...(flags.bool('stdin') ? { stdin: true } : {}),
    ...(flags.bool('tty') ? { tty: true } : {}),
    terminationMessagePolicy: 'File',
  };
}

const customized = (container: V1Container, custom: Fields | undefined): V1Container =>
  custom ? (applyPatch(container as unknown as Fields, custom, 'merge') as unknown as V1Container) : container;

function nameFor(context: VerbContext, pod: V1Pod): string {
  const given = context.flags.string('container');
  if (given) return given;
  const names = containerNames(pod);
  const name = `debugger-${suffix(`${pod.metadata?.uid ?? ''} ${names.length} ${pod.metadata?.resourceVersion ?? ''}`)}`;
  if (!context.flags.bool('quiet')) context.out(`Defaulting debug container name to ${name}.`);
  return name;
}

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** Five letters as apimachinery draws them, from what is being debugged. */
const suffix = (seed: string): string =>
  [...createHash('sha256').update(seed).digest().subarray(0, 5)].map((byte) => LETTERS[byte % LETTERS.length]).join('');

function warnAboutUser(context: VerbContext, { spec }: V1Pod, { securityContext }: V1Container): void {
  if (!spec?.securityContext?.runAsUser || securityContext?.runAsUser === 0) return;
  if (!securityContext?.privileged && !securityContext?.capabilities?.add?.length) return;
  context.err(
    'Warning: Non-root user is configured for the entire target Pod, and some capabilities granted by debug profile may not work. Please consider using "--custom" with a custom profile that specifies "securityContext.runAsUser: 0".',
  );
}

/** Waits for the container, and shows what it did when it is over already. */
async function attached(context: VerbContext, { metadata }: V1Pod, container: string): Promise<number> {
  const { name = '', namespace = '' } = metadata ?? {};
  const pods = await context.mapper.byResource('pods');
  let pod: V1Pod = {};
  const state = (): V1ContainerState | undefined =>
    [...(pod.status?.containerStatuses ?? []), ...(pod.status?.ephemeralContainerStatuses ?? [])].find((one) => one.name === container)
      ?.state;
  const ready = await pollUntil(context, 5 * 60_000, async () => {
    pod = (await getObject(context, pods, namespace, name)) as unknown as V1Pod;
    return state()?.running !== undefined || state()?.terminated !== undefined;
  });
  if (!ready) throw new KubectlError('timed out waiting for the condition');
  if (state()?.running !== undefined) return attachTo(context, pod, container);
  context.write(await readLog(context, { namespace, pod: name, container, label: '' }, {}));
  return 0;
}
