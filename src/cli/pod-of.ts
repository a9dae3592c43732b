// The Pod that `POD` or `TYPE/NAME` means to logs, exec, attach, cp and port-forward: of a workload, the one that is best to look at.
import type { V1Pod } from '../api/generated/types.ts';
import { pollUntil } from './poll.ts';
import { readArguments } from './resources/arguments.ts';
import type { Mapping } from './resources/mapper.ts';
import { getObject, listObjects } from './rest.ts';
import { KubectlError, type VerbContext } from './verb.ts';

export interface Target {
  mapping: Mapping;
  name: string;
}

/** `web`, `pod/web`, `deploy/web`. */
export async function targetOf(context: VerbContext, word: string): Promise<Target> {
  if (!word.includes('/')) return { mapping: await context.mapper.byResource('pods'), name: word };
  const [object] = (await readArguments(context.mapper, [word])).objects;
  if (!object) throw new KubectlError(`no object named ${JSON.stringify(word)}`);
  return object;
}

/** Waits up to `limit` until a workload has a Pod. */
export async function podOf(context: VerbContext, { mapping, name }: Target, limit: number): Promise<V1Pod> {
  if (mapping.resource === 'pods') return (await getObject(context, mapping, context.namespace, name)) as unknown as V1Pod;
  const selector = await podSelector(context, { mapping, name });
  let pods: V1Pod[] = [];
  const found = await pollUntil(context, limit, async () => {
    pods = await podsBy(context, selector);
    return pods.length > 0;
  });
  const [pod] = pods;
  if (!found || !pod) throw new KubectlError(`timed out waiting for the condition`);
  return pod;
}

/** Pods of a selector, ready and old ones first (client-go's ActivePods). */
export async function podsBy(context: VerbContext, labelSelector: string): Promise<V1Pod[]> {
  const pods = (await listObjects(context, await context.mapper.byResource('pods'), context.namespace, {
    labelSelector,
  })) as unknown as V1Pod[];
  return pods
    .map((pod, i) => ({ pod, i }))
    .sort((a, b) => rank(a.pod) - rank(b.pod) || a.i - b.i)
    .map(({ pod }) => pod);
}

/** Bound before unbound, Running before Pending, ready before not ready. */
function rank(pod: V1Pod): number {
  const ready = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  return (pod.spec?.nodeName ? 0 : 4) + (pod.status?.phase === 'Running' ? 0 : pod.status?.phase === 'Pending' ? 1 : 2) + (ready ? 0 : 1);
}

export async function podSelector(context: VerbContext, { mapping, name }: Target): Promise<string> {
  const { selectorText } = await import('../machinery/label-selector.ts');
  const object = await getObject(context, mapping, context.namespace, name);
  const spec = object.spec as { selector?: Record<string, unknown> } | undefined;
  const selector = spec?.selector;
  switch (mapping.kind) {
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Job':
      return selectorText(selector ?? {});
    case 'Service':
    case 'ReplicationController':
      if (!selector || Object.keys(selector).length === 0) {
        throw new KubectlError(`invalid service '${name}': Service is defined without a selector`);
      }
      return Object.entries(selector)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(',');
    default:
      throw new KubectlError(
        `cannot get the logs from ${mapping.group ? `${mapping.group}/` : ''}${mapping.version}, Kind=${mapping.kind}: selector for ${mapping.kind} not implemented`,
      );
  }
}
