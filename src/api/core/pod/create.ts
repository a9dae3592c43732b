// pkg/registry/core/pod/strategy.go: what the server decides about a Pod without looking at other objects.
import { blank, UNSET_TIME } from '../../blank.ts';
import type { V1PodCondition } from '../../generated/types.ts';
import type { Pod } from '../pod.ts';
import { qosClassOf } from './qos.ts';

export function preparePod(pod: Pod): void {
  pod.status = { phase: 'Pending', qosClass: qosClassOf(pod.spec) };
  if (!pod.spec.schedulingGates?.length) return;
  const gated: V1PodCondition = {
    ...blank<V1PodCondition>(),
    lastProbeTime: UNSET_TIME,
    lastTransitionTime: UNSET_TIME,
    message: 'Scheduling is blocked due to non-empty scheduling gates',
    reason: 'SchedulingGated',
    status: 'False',
    type: 'PodScheduled',
  };
  pod.status.conditions = [gated];
}

/** A Pod that no node runs, or that has ended, is deleted at once; others get their own grace. */
export function podGracePeriod(pod: Pod): number {
  const isOver = pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded';
  if (!pod.spec.nodeName || isOver) return 0;
  return pod.spec.terminationGracePeriodSeconds ?? 30;
}

export function podFields(pod: Pod): Record<string, string> {
  const { spec, status } = pod;
  return {
    'spec.nodeName': spec.nodeName ?? '',
    'spec.restartPolicy': spec.restartPolicy ?? '',
    'spec.schedulerName': spec.schedulerName ?? '',
    'spec.serviceAccountName': spec.serviceAccountName ?? '',
    'spec.hostNetwork': String(spec.hostNetwork ?? false),
    'status.phase': status?.phase ?? '',
    'status.podIP': status?.podIPs?.[0]?.ip ?? status?.podIP ?? '',
    'status.nominatedNodeName': status?.nominatedNodeName ?? '',
  };
}
