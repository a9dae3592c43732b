// `delete`.
import { isNotFound } from '../../machinery/status.ts';
import { type DryRun, dryRunOf, dryRunSuffix } from '../dry-run.ts';
import { throwAll } from '../each-target.ts';
import { A_WEEK, pollUntil } from '../poll.ts';
import type { Info } from '../resources/builder.ts';
import { deleteObject, getObject, send } from '../rest.ts';
import { withSource } from '../source-error.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

export const deleteVerb = defineVerb({
  short: 'Remove resources by file, name, label or all of a type',
  long: 'Deletion is graceful where the kind knows grace: a Pod gets its termination signal and time to end. The command waits until the objects are gone unless --wait=false.',
  examples: [
    { about: 'What a file describes', command: 'kubectl delete -f pod.yaml' },
    { about: 'By type and name', command: 'kubectl delete pod web' },
    { about: 'By label', command: 'kubectl delete pods,services -l app=web' },
    { about: 'Without waiting for the node to answer', command: 'kubectl delete pod web --grace-period=0 --force' },
  ],
  flags: {
    all: 'Everything of the given types in the namespace.',
    cascade: 'What happens to dependents: background, orphan or foreground.',
    force: 'Remove the object from the API at once.',
    'grace-period': 'Seconds given to the object to end; negative takes its own.',
    'ignore-not-found': 'A missing object is no error.',
    now: 'Same as --grace-period=1.',
    wait: 'Return only when the objects are gone.',
    timeout: 'How long to wait; 0 takes it from the size of the objects.',
    interactive: 'Ask before deleting.',
  },
  async run(context) {
    const { flags } = context;
    const dryRun = dryRunOf(context);
    const body = deleteOptions(context);
    const ignoreNotFound = flags.bool('ignore-not-found') || (flags.bool('all') && !flags.given('ignore-not-found'));
    checkFlags(context);
    if (flags.string('raw')) {
      context.out(JSON.stringify(await send(context, { method: 'DELETE', path: flags.string('raw') })));
      return 0;
    }

    const errors: unknown[] = [];
    const deleted: { info: Info; uid: string | undefined }[] = [];
    const { found, targets } = await collect(context, errors);
    checkOutput(context);
    if (flags.bool('interactive') && dryRun === 'none' && !(await confirmed(context, targets))) return 0;
    for (const info of targets) {
      try {
        const uid = dryRun === 'client' ? undefined : await remove(context, info, body, dryRun);
        printDeleted(context, info, dryRun);
        deleted.push({ info, uid });
      } catch (error) {
        if (!(ignoreNotFound && isNotFound(error))) errors.push(withSource('deleting', info.source, error));
      }
    }
    if (found === 0 && errors.length === 0) context.out('No resources found');
    if (flags.bool('wait') && dryRun === 'none') errors.push(...(await waitUntilGone(context, deleted)));
    throwAll(errors);
    return 0;
  },
});

function checkFlags(context: VerbContext): void {
  const { flags } = context;
  if (flags.bool('all') && flags.string('selector')) throw new KubectlError('cannot set --all and --selector at the same time');
  if (flags.bool('all') && flags.string('field-selector')) throw new KubectlError('cannot set --all and --field-selector at the same time');
  if (flags.bool('all') && (context.args.length > 1 || context.args[0]?.includes('/')))
    throw new KubectlError('name cannot be provided when a selector is specified');
}

function checkOutput({ flags }: VerbContext): void {
  const output = flags.string('output');
  if (output && output !== 'name') throw new KubectlError(`unexpected -o output mode: ${output}. We only support '-o name'`);
}

function deleteOptions(context: VerbContext): { propagationPolicy: string; gracePeriodSeconds?: number } {
  const { flags } = context;
  let grace = flags.int('grace-period');
  if (flags.bool('now')) {
    if (grace !== -1) throw new KubectlError('--now and --grace-period cannot be specified together');
    grace = 1;
  }
  // Without --force, 0 would lose data by accident.
  if (grace === 0 && !flags.bool('force')) grace = 1;
  if (flags.bool('force') && grace < 0) grace = 0;
  if (grace > 0 && flags.bool('force')) throw new KubectlError('--force and --grace-period greater than 0 cannot be specified together');
  if (grace === 0 && flags.bool('force')) {
    context.err(
      'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.',
    );
  }
  return { propagationPolicy: propagationOf(flags.string('cascade')), ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}) };
}

export function propagationOf(cascade: string): 'Background' | 'Foreground' | 'Orphan' {
  switch (cascade) {
    case 'background':
    case 'true':
      return 'Background';
    case 'foreground':
      return 'Foreground';
    case 'orphan':
    case 'false':
      return 'Orphan';
    default:
      throw new KubectlError(`invalid cascade value (${cascade}). Must be "background", "foreground", or "orphan"`);
  }
}

async function collect(context: VerbContext, errors: unknown[]): Promise<{ found: number; targets: Info[] }> {
  const { flags } = context;
  const targets: Info[] = [];
  const visited = context.builder().visit({
    files: true,
    args: context.args,
    allowAll: flags.bool('all'),
    labelSelector: flags.string('selector'),
    fieldSelector: flags.string('field-selector'),
    allNamespaces: flags.bool('all-namespaces'),
    enforceNamespace: true,
  });
  for await (const { info, error } of visited) {
    if (info) targets.push(info);
    else errors.push(error);
  }
  return { found: targets.length, targets };
}

/** Returns the uid of what is on its way out. */
async function remove(context: VerbContext, info: Info, options: object, dryRun: DryRun): Promise<string | undefined> {
  if (context.namespaceGiven && !info.mapping.namespaced)
    context.err('Warning: deleting cluster-scoped resources, not scoped to the provided namespace');
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', ...options, ...(dryRun === 'server' ? { dryRun: ['All'] } : {}) };
  const answer = await deleteObject(context, info.mapping, info.namespace, info.name, body, { dryRunServer: dryRun === 'server' });
  const { kind, metadata, details } = answer as { kind?: string; metadata?: { uid?: string }; details?: { uid?: string } };
  return kind === 'Status' ? details?.uid : metadata?.uid;
}

function printDeleted(context: VerbContext, { mapping, namespace, name }: Info, dryRun: DryRun): void {
  const kind = mapping.group ? `${mapping.kind.toLowerCase()}.${mapping.group}` : mapping.kind.toLowerCase();
  const { flags } = context;
  if (flags.string('output') === 'name') {
    context.out(`${kind}/${name}`);
    return;
  }
  const force = flags.bool('force') && flags.int('grace-period') <= 0;
  const from = mapping.namespaced && namespace ? ` from ${namespace} namespace` : '';
  context.out(`${kind} "${name}" ${force ? 'force deleted' : 'deleted'}${from}${dryRunSuffix(dryRun)}`);
}

async function waitUntilGone(context: VerbContext, deleted: readonly { info: Info; uid: string | undefined }[]): Promise<unknown[]> {
  if (deleted.length === 0) return [];
  const timeout = context.flags.duration('timeout') || A_WEEK;
  const deadline = context.now() + timeout;
  const errors: unknown[] = [];
  for (const { info, uid } of deleted) {
    const gone = await pollUntil(context, Math.max(0, deadline - context.now()), async () => isGone(context, info, uid));
    if (!gone) errors.push(new KubectlError(`timed out waiting for the condition on ${info.mapping.resource}/${info.name}`));
  }
  return errors;
}

/** Gone, or replaced by an object of the same name. */
export async function isGone(context: VerbContext, info: Info, uid: string | undefined): Promise<boolean> {
  try {
    const { metadata } = await getObject(context, info.mapping, info.namespace, info.name);
    return uid !== undefined && metadata.uid !== uid;
  } catch (error) {
    if (isNotFound(error)) return true;
    throw error;
  }
}

async function confirmed(context: VerbContext, targets: readonly Info[]): Promise<boolean> {
  if (targets.length === 0) return true;
  context.out(`You are about to delete the following ${targets.length} resource(s):`);
  for (const { mapping, name } of targets)
    context.out(`${mapping.group ? `${mapping.singular}.${mapping.group}` : mapping.singular}/${name}`);
  context.write('Do you want to continue? (y/N): ');
  const answer = (await context.stdin()).split('\n')[0]?.trim().toLowerCase();
  if (answer === 'y') return true;
  context.out('deletion is cancelled');
  return false;
}
