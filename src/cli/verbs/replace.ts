// `replace`: the object of a file instead of what is there; with --force it is deleted and made anew.
import { isNotFound } from '../../machinery/status.ts';
import { recorded } from '../change-cause.ts';
import { dryRunOf, writeOptions } from '../dry-run.ts';
import { eachTarget } from '../each-target.ts';
import { withLastApplied } from '../last-applied.ts';
import { pollUntil } from '../poll.ts';
import { resultPrinter } from '../print-result.ts';
import { rawWrite } from '../raw-write.ts';
import { createObject, type Draft, deleteObject, getObject, replaceObject } from '../rest.ts';
import { withSource } from '../source-error.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';
import { isGone, propagationOf } from './delete.ts';

export const replace = defineVerb({
  short: 'Put the object of a file in the place of the one that is there',
  examples: [
    { about: 'From a file', command: 'kubectl replace -f pod.yaml' },
    { about: 'By deleting and creating it', command: 'kubectl replace --force -f pod.yaml' },
  ],
  flags: { force: 'Delete the object and create it anew.', 'save-config': 'Keep the object in the annotation that apply reads.' },
  async run(context) {
    const { flags } = context;
    checkFlags(context);
    if (flags.string('raw')) return rawWrite(context, 'PUT');
    const dryRun = dryRunOf(context);
    const print = await resultPrinter(context, { dryRun });
    const write = writeOptions(context, dryRun, { validate: true });
    const options = { files: true, args: context.args, enforceNamespace: true };
    const force = flags.bool('force');
    if (force) await deleteAll(context);
    const count = await eachTarget(context, options, async (info) => {
      const given = recorded(context, info.object as unknown as Draft);
      const draft = flags.bool('save-config') ? withLastApplied(given) : given;
      try {
        if (dryRun === 'client') return await print(info.mapping, draft, 'replaced');
        if (force) return await print(info.mapping, await createObject(context, info.mapping, info.namespace, draft, write), 'replaced');
        const body = draft.metadata.resourceVersion ? draft : await withVersion(context, info.mapping, info.namespace, info.name, draft);
        const options = { ...write, subresource: flags.string('subresource') || undefined };
        await print(info.mapping, await replaceObject(context, info.mapping, info.namespace, info.name, body, options), 'replaced');
      } catch (error) {
        throw withSource('replacing', info.source, error);
      }
    });
    if (force && count === 0) throw new KubectlError('no objects passed to replace');
    return 0;
  },
});

function checkFlags({ flags }: VerbContext): void {
  if (flags.list('filename').length === 0 && !flags.string('kustomize')) {
    if (flags.string('raw')) throw new KubectlError('--raw can only use a single local file or stdin');
    throw new KubectlError('must specify one of -f and -k');
  }
  if (flags.int('grace-period') >= 0 && !flags.bool('force')) throw new KubectlError('--grace-period must have --force specified');
  if (flags.duration('timeout') !== 0 && !flags.bool('force')) throw new KubectlError('--timeout must have --force specified');
}

type Mapping = Parameters<typeof getObject>[1];

/** A file says nothing about versions: the object is replaced as it is now. */
async function withVersion(
  context: VerbContext,
  mapping: Mapping,
  namespace: string | undefined,
  name: string,
  draft: Draft,
): Promise<Draft> {
  const { metadata } = await getObject(context, mapping, namespace, name);
  return { ...draft, metadata: { ...draft.metadata, resourceVersion: metadata.resourceVersion } };
}

async function deleteAll(context: VerbContext): Promise<void> {
  const { flags } = context;
  const grace = Math.max(0, flags.int('grace-period'));
  const gone: { info: Parameters<typeof isGone>[1]; uid: string | undefined }[] = [];
  for (const info of await context.builder().infos({ files: true, enforceNamespace: true })) {
    try {
      const { uid } = (await getObject(context, info.mapping, info.namespace, info.name)).metadata;
      await deleteObject(context, info.mapping, info.namespace, info.name, {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: propagationOf(flags.string('cascade')),
        gracePeriodSeconds: grace,
      });
      context.out(
        `${info.mapping.group ? `${info.mapping.singular}.${info.mapping.group}` : info.mapping.singular} "${info.name}" deleted${info.mapping.namespaced ? ` from ${info.namespace ?? ''} namespace` : ''}`,
      );
      gone.push({ info, uid });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  const limit = flags.duration('timeout') || 300_000;
  for (const { info, uid } of gone) {
    if (!(await pollUntil(context, limit, () => isGone(context, info, uid)))) throw new KubectlError('timed out waiting for the condition');
  }
}
