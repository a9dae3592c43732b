// pkg/apis/core/v1/helper/qos: what the kubelet protects first when memory runs short.
import { compareQuantities, parseQuantity } from '../../../machinery/quantity.ts';
import type { V1PodSpec } from '../../generated/types.ts';

/** Guaranteed, Burstable or BestEffort (pkg/apis/core/helper/qos): only CPU and memory count. */
export function qosClassOf(spec: V1PodSpec): string {
  const parts =
    spec.resources?.limits || spec.resources?.requests
      ? [spec.resources]
      : [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map((c) => c.resources);
  const isSet = (amount: string | undefined): boolean => amount !== undefined && parseQuantity(amount).nano > 0n;
  const isEqual = (a: string, b: string): boolean => compareQuantities(parseQuantity(a), parseQuantity(b)) === 0;
  let hasAny = false;
  let isGuaranteed = true;
  for (const part of parts) {
    for (const resource of ['cpu', 'memory']) {
      const limit = part?.limits?.[resource];
      const request = part?.requests?.[resource];
      if (isSet(limit) || isSet(request)) hasAny = true;
      if (!isSet(limit) || (request !== undefined && !isEqual(request, limit as string))) isGuaranteed = false;
    }
  }
  if (!hasAny) return 'BestEffort';
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}
