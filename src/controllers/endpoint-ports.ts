// What a Service's ports are on one Pod: numbers as they are, names as the Pod's containers say.
import type { Pod } from '../api/core/pod.ts';
import type { Service } from '../api/core/service.ts';
import type { V1ServicePort } from '../api/generated/types.ts';
import { isFinished, isReady } from './pods.ts';

export interface EndpointPort {
  name: string;
  port: number;
  protocol: string;
  appProtocol?: string;
}

export const isHeadless = ({ spec }: Service): boolean => spec.clusterIP === 'None';

/** A port whose name the Pod does not have is left out. */
export function portsOn(pod: Pod, service: Service): EndpointPort[] {
  return (service.spec.ports ?? []).flatMap((servicePort) => {
    const port = targetPort(pod, servicePort);
    if (port === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    return [{ name, port, protocol, ...(appProtocol ? { appProtocol } : {}) }];
  });
}

function targetPort(pod: Pod, { port, targetPort = port, protocol = 'TCP' }: V1ServicePort): number | undefined {
  if (typeof targetPort === 'number') return targetPort === 0 ? port : targetPort;
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const named = [...pod.spec.containers, ...sidecars].flatMap(({ ports = [] }) => ports);
  return named.find((each) => each.name === targetPort && (each.protocol ?? 'TCP') === protocol)?.containerPort;
}

/** Has an address and is not finished. */
export function isReachable(pod: Pod): boolean {
  return Boolean(pod.status?.podIP) && !isFinished(pod);
}

/** All that endpoints show of a Pod. */
export function endpointView(pod: Pod): unknown {
  const { status, spec, metadata } = pod;
  return [
    status?.podIP,
    status?.podIPs,
    isReady(pod),
    isFinished(pod),
    spec.nodeName,
    spec.hostname,
    spec.subdomain,
    Boolean(metadata.deletionTimestamp),
  ];
}
