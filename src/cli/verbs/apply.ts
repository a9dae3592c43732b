// `apply`: makes the objects of files true, on the client by three-way patches, or on the server with --server-side.
import { thaw } from '../../machinery/freeze.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { isNotFound, StatusError } from '../../machinery/status.ts';
import { patchFor } from '../apply-patch.ts';
import { recorded } from '../change-cause.ts';
import { type DryRun, dryRunOf, writeOptions } from '../dry-run.ts';
import { eachTarget } from '../each-target.ts';
import { LAST_APPLIED, withLastApplied } from '../last-applied.ts';
import { pollUntil } from '../poll.ts';
import { type ResultPrinter, resultPrinter } from '../print-result.ts';
import { goJson } from '../printers/go-json.ts';
import { printerFor } from '../printers/index.ts';
import type { Info } from '../resources/builder.ts';
import { createObject, type Draft, deleteObject, getObject, patchObject, type WriteRequest } from '../rest.ts';
import { withSource } from '../source-error.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';
import { isGone, propagationOf } from './delete.ts';

export const apply = defineVerb({
  short: 'Make the objects of files or standard input true',
  long: 'Objects that do not exist are created; others are changed where the file says something else. Fields that the file never named stay as they are.',
  examples: [
    { about: 'What a file describes', command: 'kubectl apply -f deployment.yaml' },
    { about: 'All files of a directory', command: 'kubectl apply -f manifests/' },
    { about: 'From standard input', command: 'cat pod.yaml | kubectl apply -f -' },
  ],
  flags: {
    'server-side': 'Let the server merge, and keep account of who owns which field.',
    'force-conflicts': 'With --server-side: take over fields that others own.',
    force: 'Delete and create again what cannot be changed in place.',
    overwrite: 'Let the file win over changes made in between.',
    prune: 'Delete what earlier files described and these no longer do.',
  },
  async run(context) {
    checkFlags(context);
    const { flags } = context;
    const dryRun = dryRunOf(context);
    const write = writeOptions(context, dryRun, { validate: true });
    const output = flags.string('output');
    const collectObjects = output !== '' && output !== 'name';
    const results: object[] = [];
    const print: ResultPrinter = collectObjects ? await collecting(context, results) : await resultPrinter(context, { dryRun });
    const [uids, namespaces] = [new Set<string>(), new Set<string>()];
    const noting: ResultPrinter = async (mapping, object, operation) => {
      const { uid } = (object.metadata ?? {}) as { uid?: string };
      if (uid) uids.add(uid);
      await print(mapping, object, operation);
    };
    const serverSide = flags.bool('server-side');
    const options = {
      files: true,
      labelSelector: flags.string('selector'),
      enforceNamespace: true,
      validated: write.fieldValidation !== 'Ignore',
    };
    const count = await eachTarget(context, options, async (info) => {
      if (info.namespace !== undefined) namespaces.add(info.namespace);
      if (serverSide) return applyOnServer(context, info, write, noting);
      return applyOne(context, info, dryRun, write, noting);
    });
    if (count === 0) throw new KubectlError('no objects passed to apply');
    if (flags.bool('prune')) {
      const { pruneOthers } = await import('../prune.ts');
      await pruneOthers(context, { uids, namespaces }, propagationOf(flags.string('cascade')), print);
    }
    if (collectObjects) await printCollected(context, results);
    return 0;
  },
});

function checkFlags(context: VerbContext): void {
  const { flags } = context;
  const dryRun = dryRunOf(context);
  if (context.args.length > 0) throw new KubectlError(`Unexpected args: [${context.args.join(' ')}]`, { usage: true });
  if (flags.list('filename').length === 0 && !flags.string('kustomize')) throw new KubectlError('must specify one of -f and -k');
  if (flags.bool('force-conflicts') && !flags.bool('server-side'))
    throw new KubectlError('--force-conflicts only works with --server-side');
  if (flags.bool('server-side') && flags.bool('force')) throw new KubectlError('--force cannot be used with --server-side');
  if (flags.bool('server-side') && dryRun === 'client') {
    throw new KubectlError("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
  }
  if (flags.bool('force') && dryRun === 'server') throw new KubectlError('--dry-run=server cannot be used with --force');
  if (flags.bool('all') && flags.string('selector')) throw new KubectlError('cannot set --all and --selector at the same time');
  if (flags.bool('prune') && !flags.bool('all') && !flags.string('selector')) {
    throw new KubectlError(
      'all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector',
    );
  }
}

async function applyOne(context: VerbContext, info: Info, dryRun: DryRun, write: WriteRequest, print: ResultPrinter): Promise<void> {
  const wanted = withLastApplied(recorded(context, info.object as unknown as Draft));
  const current = await currentOf(context, info);
  if (!current) {
    try {
      const created = dryRun === 'client' ? wanted : await createObject(context, info.mapping, info.namespace, wanted, write);
      return await print(info.mapping, created, 'created');
    } catch (error) {
      throw withSource('creating', info.source, error);
    }
  }
  if (current.metadata.deletionTimestamp) {
    context.err(`Warning: Detected changes to resource ${info.name} which is currently being deleted.`);
  }
  if (current.metadata.annotations?.[LAST_APPLIED] === undefined) {
    context.err(
      `Warning: resource ${info.mapping.resource}/${info.name} is missing the ${LAST_APPLIED} annotation which is required by ${context.program} apply. ${context.program} apply should only be used on resources created declaratively by either ${context.program} create --save-config or ${context.program} apply. The missing annotation will be patched automatically.`,
    );
  }
  const { patch, type } = patchFor(info, wanted, current);
  if (Object.keys(patch).length === 0) return print(info.mapping, current, 'unchanged');
  if (dryRun === 'client') return print(info.mapping, await locally(current, patch, type), 'configured');
  const result = await sendPatch(context, info, patch, type, wanted, write);
  await print(info.mapping, result, 'configured');
}

async function currentOf(context: VerbContext, info: Info): Promise<KubeObject | undefined> {
  try {
    if (!info.name) throw new KubectlError('resource name may not be empty');
    return await getObject(context, info.mapping, info.namespace, info.name);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw withSource(`retrieving current configuration of:\n${described(info)}\nfrom server for:`, info.source, error);
  }
}

/** An object in the words of cli-runtime's Info. */
function described({ mapping, name, namespace }: Info): string {
  const { group, version, resource, kind } = mapping;
  return `Resource: "${group}/${version}, Resource=${resource}", GroupVersionKind: "${group}/${version}, Kind=${kind}"\nName: "${name}", Namespace: "${namespace ?? ''}"`;
}

type Fields = Record<string, unknown>;

async function locally(current: KubeObject, patch: Fields, type: 'strategic' | 'merge'): Promise<object> {
  const { applyPatch } = await import('../local-patch.ts');
  return applyPatch(thaw(current) as unknown as Fields, patch, type);
}

async function sendPatch(
  context: VerbContext,
  info: Info,
  patch: Fields,
  type: 'strategic' | 'merge',
  wanted: Draft,
  write: WriteRequest,
): Promise<KubeObject> {
  try {
    return await patchObject(context, info.mapping, info.namespace, info.name, type, patch, write);
  } catch (error) {
    const refused = error instanceof StatusError && (error.reason === 'Conflict' || error.reason === 'Invalid');
    if (refused && context.flags.bool('force')) return replaceByForce(context, info, wanted, write);
    throw withSource(`applying patch:\n${goJson(patch)}\nto:\n${described(info)}\nfor:`, info.source, error);
  }
}

/** --force: delete, wait, create. */
async function replaceByForce(context: VerbContext, info: Info, wanted: Draft, write: WriteRequest): Promise<KubeObject> {
  const grace = context.flags.int('grace-period');
  const body = { propagationPolicy: propagationOf(context.flags.string('cascade')), ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}) };
  const { uid } = (await getObject(context, info.mapping, info.namespace, info.name)).metadata;
  await deleteObject(context, info.mapping, info.namespace, info.name, body);
  const limit = context.flags.duration('timeout') || 5 * 60_000;
  if (!(await pollUntil(context, limit, () => isGone(context, info, uid)))) throw new KubectlError('timed out waiting for the condition');
  return createObject(context, info.mapping, info.namespace, wanted, write);
}

async function applyOnServer(context: VerbContext, info: Info, write: WriteRequest, print: ResultPrinter): Promise<void> {
  const manager = context.flags.given('field-manager') ? context.flags.string('field-manager') : 'kubectl';
  const options = {
    ...write,
    fieldManager: manager,
    force: context.flags.bool('force-conflicts'),
    subresource: context.flags.string('subresource') || undefined,
  };
  try {
    const result = await patchObject(context, info.mapping, info.namespace, info.name, 'apply', info.object, options);
    await print(info.mapping, result, 'serverside-applied');
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'Conflict') throw conflictHelp(error);
    throw withSource('applying', '', error);
  }
}

/** What kubectl adds to a conflict of field managers. */
function conflictHelp(error: StatusError): KubectlError {
  const advice = `
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`;
  return new KubectlError(`${error.message}${advice}`);
}

async function collecting(context: VerbContext, results: object[]): Promise<ResultPrinter> {
  await printerFor(context, {});
  return async (_mapping, object) => {
    results.push(object);
  };
}

/** Several objects are printed as one list. */
async function printCollected(context: VerbContext, results: readonly object[]): Promise<void> {
  const printer = await printerFor(context, {});
  await printer.print(
    results.length === 1 && results[0] ? results[0] : { apiVersion: 'v1', items: results, kind: 'List', metadata: { resourceVersion: '' } },
  );
}
