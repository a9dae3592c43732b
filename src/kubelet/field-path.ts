// Plays pkg/fieldpath and the kubelet's resource resolution: the downward API's references to a Pod's own fields.

import type { Pod } from '../api/core/pod.ts';
import type { V1Container, V1ResourceFieldSelector } from '../api/generated/types.ts';
import { milliValue, value } from '../machinery/quantity.ts';
import { containerNamed } from './record.ts';

export interface PodAddresses {
  podIP: string;
  hostIP: string;
}

/** The text at `path`, as environment variables and downwardAPI volumes show it. */
export function podField(pod: Pod, path: string, { podIP, hostIP }: PodAddresses): string {
  const { metadata, spec } = pod;
  const subscript = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path);
  if (subscript) return metadata[subscript[1] as 'labels' | 'annotations']?.[subscript[2] ?? ''] ?? '';
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid;
    case 'metadata.labels':
      return formatMap(metadata.labels);
    case 'metadata.annotations':
      return formatMap(metadata.annotations);
    case 'spec.nodeName':
      return spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? '';
    case 'status.podIP':
    case 'status.podIPs':
      return podIP;
    case 'status.hostIP':
    case 'status.hostIPs':
      return hostIP;
    default:
      throw new Error(`unsupported fieldPath: ${path}`);
  }
}

const formatMap = (map: Readonly<Record<string, string>> = {}): string =>
  Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');

/** A limit or request of a container; without one, the node's allocatable. */
export function resourceField(
  pod: Pod,
  own: V1Container,
  ref: V1ResourceFieldSelector,
  allocatable: Readonly<Record<string, string>>,
): string {
  const container = ref.containerName ? (containerNamed(pod, ref.containerName) ?? own) : own;
  const [kind = '', resource = ''] = ref.resource.split(/\.(.*)/s);
  const { limits, requests } = container.resources ?? {};
  const amount =
    kind === 'limits' ? (limits?.[resource] ?? allocatable[resource] ?? '0') : (requests?.[resource] ?? limits?.[resource] ?? '0');
  const divisor = ref.divisor && ref.divisor !== '0' ? ref.divisor : '1';
  if (resource === 'cpu') return String(Math.ceil(milliValue(amount) / milliValue(divisor)));
  return String(Math.ceil(value(amount) / value(divisor)));
}
