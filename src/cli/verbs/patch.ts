// `patch`.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { jsonEqual } from '../../machinery/equal.ts';
import { thaw } from '../../machinery/freeze.ts';
import { groupOf, type KubeObject } from '../../machinery/object.ts';
import { StatusError } from '../../machinery/status.ts';
import { noteCause } from '../change-cause.ts';
import { dryRunOf, writeOptions } from '../dry-run.ts';
import { eachTarget } from '../each-target.ts';
import { isBuiltIn } from '../last-applied.ts';
import { applyPatch, parsePatch } from '../local-patch.ts';
import { resultPrinter } from '../print-result.ts';
import type { Info } from '../resources/builder.ts';
import { getObject, patchObject } from '../rest.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

const TYPES = ['json', 'merge', 'strategic'] as const;
type Type = (typeof TYPES)[number];

export const patch = defineVerb({
  short: 'Change fields of a resource',
  examples: [
    { about: 'A strategic merge patch', command: `kubectl patch node node01 -p '{"spec":{"unschedulable":true}}'` },
    {
      about: 'A JSON patch',
      command: `kubectl patch pod web --type=json -p='[{"op":"replace","path":"/spec/containers/0/image","value":"nginx:1.27"}]'`,
    },
    {
      about: 'The scale subresource',
      command: `kubectl patch deployment web --subresource=scale --type=merge -p '{"spec":{"replicas":2}}'`,
    },
  ],
  flags: {
    patch: 'The patch, in JSON or YAML.',
    'patch-file': 'A file that holds it.',
    type: 'json, merge or strategic.',
    subresource: 'The subresource to patch.',
    local: 'Patch files without asking the server.',
  },
  async run(context) {
    const { flags } = context;
    const type = typeOf(flags.string('type'));
    const body = await patchOf(context);
    const dryRun = dryRunOf(context);
    const local = flags.bool('local');
    const fromFiles = flags.list('filename').length > 0 || flags.string('kustomize') !== '';
    if (local && context.args.length > 0) throw new KubectlError('cannot specify --local and server resources');
    // kubectl's patch says nothing of its dry runs.
    const print = await resultPrinter(context);
    const subresource = flags.string('subresource') || undefined;
    const options = { files: true, args: context.args, fetch: false, enforceNamespace: true, local };
    const count = await eachTarget(context, options, async (info) => {
      if (local || dryRun === 'client') {
        const object = fromFiles && local ? info.object : await getObject(context, info.mapping, info.namespace, info.name, subresource);
        const patched = applyPatch(thaw(object) as unknown as Record<string, unknown>, body, type) as unknown as KubeObject;
        return print(info.mapping, patched, jsonEqual(object, patched) ? 'patched (no change)' : 'patched');
      }
      const before = await getObject(context, info.mapping, info.namespace, info.name, subresource);
      if (type === 'strategic' && !isBuiltIn(info.mapping)) {
        throw new StatusError({
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          reason: 'UnsupportedMediaType',
          code: 415,
          message:
            'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
        });
      }
      const after = await patchObject(context, info.mapping, info.namespace, info.name, type, body, {
        ...writeOptions(context, dryRun),
        subresource,
      });
      if (flags.bool('record') && dryRun === 'none') await noteCause(context, info.mapping, info.namespace, info.name);
      await print(kindOf(after, info), after, jsonEqual(before, after) ? 'patched (no change)' : 'patched');
    });
    if (count === 0) throw new KubectlError('no objects passed to patch');
    return 0;
  },
});

/** A subresource may answer with another kind: `scale.autoscaling/web`. */
function kindOf({ apiVersion, kind }: KubeObject, { mapping }: Info): Info['mapping'] {
  return kind === mapping.kind ? mapping : { ...mapping, kind, group: groupOf(apiVersion), singular: kind.toLowerCase() };
}

function typeOf(text: string): Type {
  const type = TYPES.find((one) => one === text.toLowerCase());
  if (!type) throw new KubectlError(`--type must be one of [${TYPES.join(' ')}], not ${JSON.stringify(text)}`);
  return type;
}

async function patchOf(context: VerbContext): Promise<unknown> {
  const { flags } = context;
  const [inline, file] = [flags.string('patch'), flags.string('patch-file')];
  if (inline && file) throw new KubectlError('cannot specify --patch and --patch-file together');
  if (!inline && !file) throw new KubectlError('must specify --patch or --patch-file containing the contents of the patch');
  return parsePatch(inline || read(context, file));
}

function read(context: VerbContext, file: string): string {
  try {
    return readFileSync(resolve(context.cwd, file), 'utf8');
  } catch {
    throw new KubectlError(`unable to read patch file: open ${file}: no such file or directory`);
  }
}
