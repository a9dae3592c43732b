// `drain`: cordons a node and evicts its Pods, those of DaemonSets and mirror Pods excepted.
import type { V1Pod } from '../../api/generated/types.ts';
import { parseTime } from '../../machinery/clock.ts';
import { isNotFound, StatusError } from '../../machinery/status.ts';
import { cordonNode, eachNode } from '../cordoning.ts';
import { dryRunOf, dryRunSuffix } from '../dry-run.ts';
import { A_WEEK, pollUntil } from '../poll.ts';
import type { Mapping } from '../resources/mapper.ts';
import { deleteObject, getObject, listObjects, send } from '../rest.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

const MIRROR = 'kubernetes.io/config.mirror';

export const drain = defineVerb({
  short: 'Empty a node for maintenance',
  examples: [{ about: 'Leave the Pods of daemon sets', command: 'kubectl drain node01 --ignore-daemonsets --delete-emptydir-data' }],
  flags: {
    force: 'Go on though there are Pods that nobody will replace.',
    'ignore-daemonsets': 'Leave the Pods of daemon sets where they are.',
    'delete-emptydir-data': 'Go on though Pods use emptyDir; the data is lost.',
    'disable-eviction': 'Delete instead of evicting: budgets are not asked.',
    'pod-selector': 'Only Pods with these labels.',
    'grace-period': 'Seconds given to each Pod to end; negative takes its own.',
    timeout: 'How long to wait; 0 waits as long as it takes.',
  },
  async run(context) {
    await eachNode(context, 'drain', async (info) => {
      await cordonNode(context, info, true);
      await empty(context, info.name);
      context.out(`node/${info.name} drained${dryRunSuffix(dryRunOf(context))}`);
    });
    return 0;
  },
});

interface Verdicts {
  leaving: V1Pod[];
  problems: string[];
  warnings: string[];
}

async function empty(context: VerbContext, node: string): Promise<void> {
  const { flags } = context;
  const pods = await context.mapper.byResource('pods');
  const found = (await listObjects(context, pods, undefined, {
    fieldSelector: `spec.nodeName=${node}`,
    labelSelector: flags.string('pod-selector') || undefined,
  })) as unknown as V1Pod[];
  const { leaving, problems, warnings } = judge(context, found);
  if (problems.length > 0) {
    throw new KubectlError(
      `unable to drain node ${JSON.stringify(node)} due to error: ${problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`}, continuing command...\nThere are pending nodes to be drained:\n ${node}\n${problems.join('\n')}`,
    );
  }
  if (warnings.length > 0) context.err(`Warning: ${warnings.join('; ')}`);
  const dryRun = dryRunOf(context);
  const timeout = flags.duration('timeout') || A_WEEK;
  const gone: V1Pod[] = [];
  for (const pod of leaving) {
    const { name = '', namespace = '' } = pod.metadata ?? {};
    context.out(`evicting pod ${namespace}/${name}${dryRunSuffix(dryRun)}`);
    if (dryRun === 'none' && (await evict(context, pods, pod, timeout))) gone.push(pod);
  }
  for (const pod of gone) await untilGone(context, pods, pod, timeout);
}

function judge({ flags, now: clock }: VerbContext, pods: readonly V1Pod[]): Verdicts {
  const now = clock();
  const leaving: V1Pod[] = [];
  const unmanaged: string[] = [];
  const daemons: string[] = [];
  const local: string[] = [];
  for (const pod of pods) {
    const { name = '', namespace = '', annotations, ownerReferences } = pod.metadata ?? {};
    const text = `${namespace}/${name}`;
    if (annotations?.[MIRROR] !== undefined) continue;
    // Pods that were told to end long ago are not waited for.
    const patience = flags.int('skip-wait-for-delete-timeout') * 1000;
    const told = pod.metadata?.deletionTimestamp;
    if (patience > 0 && told && now - parseTime(String(told)) > patience) continue;
    const owner = ownerReferences?.find(({ controller }) => controller);
    const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (owner?.kind === 'DaemonSet' && !finished) {
      daemons.push(text);
      continue;
    }
    if (!finished && pod.spec?.volumes?.some(({ emptyDir }) => emptyDir)) local.push(text);
    if (!owner && !finished) unmanaged.push(text);
    leaving.push(pod);
  }
  const problems: string[] = [];
  const warnings: string[] = [];
  if (daemons.length > 0) {
    if (flags.bool('ignore-daemonsets')) warnings.push(`ignoring DaemonSet-managed Pods: ${daemons.join(', ')}`);
    else problems.push(`cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): ${daemons.join(', ')}`);
  }
  if (local.length > 0 && !flags.bool('delete-emptydir-data'))
    problems.push(`cannot delete Pods with local storage (use --delete-emptydir-data to override): ${local.join(', ')}`);
  if (unmanaged.length > 0) {
    if (flags.bool('force')) warnings.push(`deleting Pods that declare no controller: ${unmanaged.join(', ')}`);
    else problems.push(`cannot delete Pods that declare no controller (use --force to override): ${unmanaged.join(', ')}`);
  }
  return { leaving, problems, warnings };
}

/** A budget that forbids it is asked again every five seconds. */
async function evict(context: VerbContext, pods: Mapping, pod: V1Pod, timeout: number): Promise<boolean> {
  const { flags } = context;
  const { name = '', namespace = '' } = pod.metadata ?? {};
  const grace = flags.int('grace-period');
  const deleteOptions = grace >= 0 ? { deleteOptions: { gracePeriodSeconds: grace } } : {};
  const done = await pollEvery(context, timeout, async () => {
    try {
      if (flags.bool('disable-eviction'))
        await deleteObject(context, pods, namespace, name, { kind: 'DeleteOptions', apiVersion: 'v1', ...deleteOptions.deleteOptions });
      else {
        const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace }, ...deleteOptions };
        await send(context, { method: 'POST', path: `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, body });
      }
      return true;
    } catch (error) {
      if (isNotFound(error)) return true;
      if (!(error instanceof StatusError) || error.code !== 429) throw error;
      context.err(
        `error when evicting pods/${JSON.stringify(name)} -n ${JSON.stringify(namespace)} (will retry after 5s): ${error.message}`,
      );
      context.out(`evicting pod ${namespace}/${name}`);
      return false;
    }
  });
  if (!done)
    throw new KubectlError(
      `error when waiting for pod ${JSON.stringify(name)} in namespace ${JSON.stringify(namespace)} to terminate: global timeout reached: ${timeout / 1000}s`,
    );
  return done;
}

async function pollEvery(context: VerbContext, limit: number, look: () => Promise<boolean>): Promise<boolean> {
  const deadline = context.now() + limit;
  for (;;) {
    if (await look()) return true;
    if (context.now() >= deadline) return false;
    const next = context.now() + 5000;
    while (context.now() < next) await context.pass(next - context.now());
  }
}

async function untilGone(context: VerbContext, pods: Mapping, pod: V1Pod, timeout: number): Promise<void> {
  const { name = '', namespace = '', uid } = pod.metadata ?? {};
  const gone = await pollUntil(context, timeout, async () => {
    try {
      return (await getObject(context, pods, namespace, name)).metadata.uid !== uid;
    } catch (error) {
      if (isNotFound(error)) return true;
      throw error;
    }
  });
  if (!gone)
    throw new KubectlError(
      `error when waiting for pod ${JSON.stringify(name)} in namespace ${JSON.stringify(namespace)} to terminate: global timeout reached: ${timeout / 1000}s`,
    );
  context.out(`pod/${name} evicted`);
}
