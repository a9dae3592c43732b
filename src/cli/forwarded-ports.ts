// Which local port leads to which port of a Pod: `8080:80`, `80`, `:80`, names of ports, and ports of Services.
import type { V1Pod, V1Service } from '../api/generated/types.ts';
import { KubectlError } from './verb.ts';

export interface ForwardedPort {
  /** 0 for any that is free. */
  local: number;
  remote: number;
}

/** client-go's parsePorts, after names and Services' ports have become container ports. */
export function forwardedPorts(specs: readonly string[], pod: V1Pod, service?: V1Service): ForwardedPort[] {
  return specs.map((spec) => {
    const parts = spec.split(':');
    if (parts.length > 2 || spec === '') throw new KubectlError(`invalid port format '${spec}'`);
    const remoteText = parts[parts.length - 1] as string;
    const remote = service ? targetPort(service, pod, remoteText) : containerPort(pod, remoteText);
    const localText = parts.length === 1 ? (/^\d+$/.test(remoteText) ? remoteText : String(remote)) : parts[0] || '0';
    const local = portNumber(localText, 'local');
    if (remote === 0) throw new KubectlError('remote port must be > 0');
    return { local, remote };
  });
}

function portNumber(text: string, which: 'local' | 'remote'): number {
  const why = !/^\d+$/.test(text) ? 'invalid syntax' : Number(text) > 65_535 ? 'value out of range' : undefined;
  if (why) throw new KubectlError(`error parsing ${which} port '${text}': strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`);
  return Number(text);
}

/** A number, or the name of a port of one of the containers. */
function containerPort(pod: V1Pod, text: string): number {
  if (/^\d+$/.test(text)) return portNumber(text, 'remote');
  const found = pod.spec?.containers.flatMap(({ ports }) => ports ?? []).find(({ name }) => name === text);
  if (!found) throw new KubectlError(`Pod '${pod.metadata?.name}' does not have a named port '${text}'`);
  return found.containerPort;
}

/** Where a Service's port leads in the Pod. */
function targetPort(service: V1Service, pod: V1Pod, text: string): number {
  const { name } = service.metadata ?? {};
  const ports = service.spec?.ports ?? [];
  const isNumber = /^\d+$/.test(text);
  const port = ports.find((one) => (isNumber ? one.port === Number(text) : one.name === text));
  if (!port) {
    throw new KubectlError(
      isNumber ? `Service ${name} does not have a service port ${text}` : `Service '${name}' does not have a named port '${text}'`,
    );
  }
  if (port.protocol === 'UDP') throw new KubectlError(`UDP protocol is not supported for ${text}`);
  if (service.spec?.clusterIP === 'None') return port.port;
  const target = port.targetPort as number | string | undefined;
  if (typeof target === 'string' && !/^\d+$/.test(target)) return containerPort(pod, target);
  return Number(target) || port.port;
}
