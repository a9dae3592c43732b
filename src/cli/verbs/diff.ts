// `diff`: what `apply` would change, told by the diff program of this machine. Left out, and refused by name: --prune.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thaw } from '../../machinery/freeze.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { isNotFound } from '../../machinery/status.ts';
import { patchFor } from '../apply-patch.ts';
import { messageOf } from '../errors.ts';
import { withoutManagedFields } from '../printers/index.ts';
import type { Info } from '../resources/builder.ts';
import { createObject, type Draft, getObject, patchObject } from '../rest.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

export const diff = defineVerb({
  short: 'Show what apply would change',
  long: 'Compares live objects with what they would be after apply. KUBECTL_EXTERNAL_DIFF names another program than "diff -u -N". The exit code is 0 without differences, 1 with some, and more when something went wrong.',
  examples: [
    { about: 'A file', command: 'kubectl diff -f deployment.yaml' },
    { about: 'Standard input', command: 'cat deployment.yaml | kubectl diff -f -' },
  ],
  flags: {
    'server-side': 'As apply --server-side would do it.',
    'show-secrets': 'Show the data of secrets.',
    'show-managed-fields': 'Show who owns which field.',
    concurrency: 'How many objects at once; kubemu compares them one after the other.',
  },
  async run(context) {
    try {
      return await compare(context);
    } catch (error) {
      // 1 means differences.
      if (error instanceof KubectlError && (error.options.exitCode ?? 1) === 1)
        throw new KubectlError(error.message, { ...error.options, exitCode: 2 });
      const text = messageOf(error);
      throw text.startsWith('Error from server') ? new KubectlError(text, { bare: true, exitCode: 2 }) : error;
    }
  },
});

async function compare(context: VerbContext): Promise<number> {
  const { flags } = context;
  if (context.args.length > 0) throw new KubectlError(`Unexpected args: [${context.args.join(' ')}]`, { usage: true });
  if (flags.list('filename').length === 0 && !flags.string('kustomize')) throw new KubectlError('must specify one of -f and -k');
  if (flags.bool('force-conflicts') && !flags.bool('server-side'))
    throw new KubectlError('--force-conflicts only works with --server-side');
  if (flags.bool('prune')) throw new KubectlError('diff --prune is not part of kubemu yet');
  const { writeYaml } = await import('../../machinery/yaml-write.ts');
  const [live, merged] = [folder('LIVE'), folder('MERGED')];
  try {
    const options = { files: true, labelSelector: flags.string('selector'), enforceNamespace: true };
    for (const info of await context.builder().infos(options)) {
      const before = await liveObject(context, info);
      const after = await mergedObject(context, info, before);
      const [from, to] = await shown(context, before, after);
      writeFileSync(join(live, fileNameOf(info)), from ? writeYaml(from) : '', { mode: 0o600 });
      writeFileSync(join(merged, fileNameOf(info)), writeYaml(to), { mode: 0o600 });
    }
    return runDiff(context, live, merged);
  } finally {
    for (const path of [live, merged]) rmSync(path, { recursive: true, force: true });
  }
}

/** `LIVE-1234567890`: a number, as Go's temporary folders have. */
function folder(name: string): string {
  const path = join(tmpdir(), `${name}-${randomInt(10 ** 9, 2 ** 32)}`);
  mkdirSync(path, { mode: 0o700 });
  return path;
}

function fileNameOf({ mapping, namespace = '', name }: Info): string {
  const { group, version, kind } = mapping;
  return `${group ? `${group}.` : ''}${version}.${kind}.${namespace}.${name}`.replaceAll('/', '_').replaceAll(':', '-');
}

async function liveObject(context: VerbContext, { mapping, namespace, name }: Info): Promise<KubeObject | undefined> {
  try {
    return await getObject(context, mapping, namespace, name);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function mergedObject(context: VerbContext, info: Info, before: KubeObject | undefined): Promise<object> {
  const { mapping, namespace, name } = info;
  const { flags } = context;
  const manager = flags.string('field-manager');
  if (flags.bool('server-side')) {
    const options = {
      dryRunServer: true,
      fieldManager: flags.given('field-manager') ? manager : 'kubectl',
      force: flags.bool('force-conflicts'),
    };
    return patchObject(context, mapping, namespace, name, 'apply', info.object, options);
  }
  const wanted = info.object as unknown as Draft;
  const options = { dryRunServer: true, fieldManager: manager };
  if (!before) return createObject(context, mapping, namespace, wanted, options);
  // The annotation that apply writes is no difference; annotations as such were always applied.
  const annotated = { ...wanted, metadata: { ...wanted.metadata, annotations: wanted.metadata.annotations ?? {} } };
  const { patch, type } = patchFor(info, annotated, before);
  if (Object.keys(patch).length === 0) return before;
  return patchObject(context, mapping, namespace, name, type, patch, options);
}

type Fields = Record<string, unknown>;

async function shown(context: VerbContext, before: object | undefined, after: object): Promise<[Fields | undefined, Fields]> {
  const strip = (object: object): Fields => (context.flags.bool('show-managed-fields') ? object : withoutManagedFields(object)) as Fields;
  const [from, to] = [before && strip(before), strip(after)];
  return to.kind === 'Secret' && to.apiVersion === 'v1' && !context.flags.bool('show-secrets') ? masked(from, to) : [from, to];
}

/** Values of secrets are told apart without being shown. */
function masked(from: Fields | undefined, to: Fields): [Fields | undefined, Fields] {
  const [before, after] = [from && (thaw(from) as Fields), thaw(to) as Fields];
  const [old, now] = [(before?.data ?? {}) as Fields, (after.data ?? {}) as Fields];
  for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const changed = Object.hasOwn(old, key) && Object.hasOwn(now, key) && old[key] !== now[key];
    if (Object.hasOwn(old, key)) old[key] = changed ? '*** (before)' : '***';
    if (Object.hasOwn(now, key)) now[key] = changed ? '*** (after)' : '***';
  }
  return [before, after];
}

function runDiff(context: VerbContext, live: string, merged: string): number {
  const words = (context.env.KUBECTL_EXTERNAL_DIFF ?? '').split(' ').filter(Boolean);
  // Only what cannot mean anything else to a program is passed on, as kubectl does.
  const [program = 'diff', ...given] = words.filter((word, i) => i === 0 || /^[a-zA-Z0-9-=]+$/.test(word));
  const args = words.length === 0 ? ['-u', '-N'] : given;
  const { status, stdout, stderr, error } = spawnSync(program, [...args, live, merged], {
    cwd: context.cwd,
    env: context.env as NodeJS.ProcessEnv,
  });
  if (error) throw new KubectlError(`failed to run ${JSON.stringify(program)}: executable file not found in $PATH`);
  context.write(stdout);
  if (stderr.length > 0) context.err(stderr.toString('utf8').replace(/\n$/, ''));
  if (status !== null && status > 1) throw new KubectlError(`exit status ${status}`, { exitCode: status });
  return status ?? 1;
}
