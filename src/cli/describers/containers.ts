// Containers in descriptions of Pods and Pod templates.
import type {
  V1Container,
  V1ContainerPort,
  V1ContainerState,
  V1ContainerStatus,
  V1EnvVar,
  V1Pod,
  V1Probe,
  V1ResourceRequirements,
} from '../../api/generated/types.ts';
import { bool, type Description, longTime, orNone } from './description.ts';

/** The fields of an ephemeral container that matter here are those of any container. */
export function describeContainers(
  out: Description,
  label: string,
  containers: readonly V1Container[] | undefined,
  statuses: readonly V1ContainerStatus[] | undefined,
  pod: V1Pod | undefined,
  indent = '',
): void {
  if (!containers || containers.length === 0) {
    out.line(0, `${indent}${label}: <none>`);
    return;
  }
  out.line(0, `${indent}${label}:`);
  for (const container of containers) {
    const status = statuses?.find(({ name }) => name === container.name);
    out.line(1, `${indent ? ' ' : ''}${container.name}:`);
    describeBasics(out, container, status);
    describeWords(out, 'Command', container.command);
    describeWords(out, 'Args', container.args);
    if (status) describeStatus(out, status);
    describeResources(out, container.resources);
    describeProbes(out, container);
    describeEnvironment(out, container, pod);
    describeMounts(out, container);
  }
}

function describeBasics(out: Description, container: V1Container, status: V1ContainerStatus | undefined): void {
  if (status) out.line(2, `Container ID:\t${status.containerID ?? ''}`);
  out.line(2, `Image:\t${container.image ?? ''}`);
  if (status) out.line(2, `Image ID:\t${status.imageID}`);
  const ports = portsText(container.ports, ({ containerPort }) => containerPort);
  out.line(2, `${ports.includes(',') ? 'Ports' : 'Port'}:\t${orNone(ports)}`);
  const hostPorts = portsText(container.ports, ({ hostPort = 0 }) => hostPort);
  out.line(2, `${hostPorts.includes(',') ? 'Host Ports' : 'Host Port'}:\t${orNone(hostPorts)}`);
}

const portsText = (ports: readonly V1ContainerPort[] | undefined, number: (port: V1ContainerPort) => number): string =>
  (ports ?? []).map((port) => `${number(port)}/${port.protocol ?? 'TCP'}${port.name ? ` (${port.name})` : ''}`).join(', ');

function describeWords(out: Description, title: string, words: readonly string[] | undefined): void {
  if (!words || words.length === 0) return;
  out.line(2, `${title}:`);
  for (const word of words) for (const line of word.split('\n')) out.line(3, line);
}

function describeStatus(out: Description, status: V1ContainerStatus): void {
  describeState(out, 'State', status.state);
  if (status.lastState?.terminated) describeState(out, 'Last State', status.lastState);
  out.line(2, `Ready:\t${bool(status.ready)}`);
  out.line(2, `Restart Count:\t${status.restartCount}`);
}

function describeState(out: Description, title: string, state: V1ContainerState | undefined): void {
  if (state?.running) {
    out.line(2, `${title}:\tRunning`);
    out.line(3, `Started:\t${longTime(state.running.startedAt)}`);
  } else if (state?.terminated) {
    const { reason, message, exitCode, signal, startedAt, finishedAt } = state.terminated;
    out.line(2, `${title}:\tTerminated`);
    if (reason) out.line(3, `Reason:\t${reason}`);
    if (message) out.line(3, `Message:\t${message}`);
    out.line(3, `Exit Code:\t${exitCode}`);
    if (signal) out.line(3, `Signal:\t${signal}`);
    out.line(3, `Started:\t${longTime(startedAt)}`);
    out.line(3, `Finished:\t${longTime(finishedAt)}`);
  } else {
    out.line(2, `${title}:\tWaiting`);
    if (state?.waiting?.reason) out.line(3, `Reason:\t${state.waiting.reason}`);
  }
}

export function describeResources(out: Description, resources: V1ResourceRequirements | undefined, level = 2): void {
  for (const [title, list] of [
    ['Limits', resources?.limits],
    ['Requests', resources?.requests],
  ] as const) {
    const names = Object.keys(list ?? {}).sort();
    if (names.length === 0) continue;
    out.line(level, `${title}:`);
    for (const name of names) out.line(level + 1, `${name}:\t${list?.[name] ?? ''}`);
  }
}

function describeProbes(out: Description, { livenessProbe, readinessProbe, startupProbe }: V1Container): void {
  if (livenessProbe) out.line(2, `Liveness:\t${probeText(livenessProbe)}`);
  if (readinessProbe) out.line(2, `Readiness:\t${probeText(readinessProbe)}`);
  if (startupProbe) out.line(2, `Startup:\t${probeText(startupProbe)}`);
}

export function probeText(probe: V1Probe): string {
  const { initialDelaySeconds = 0, timeoutSeconds = 1, periodSeconds = 10, successThreshold = 1, failureThreshold = 3 } = probe;
  const numbers = `delay=${initialDelaySeconds}s timeout=${timeoutSeconds}s period=${periodSeconds}s #success=${successThreshold} #failure=${failureThreshold}`;
  const { exec, httpGet, tcpSocket, grpc } = probe;
  if (exec) return `exec [${(exec.command ?? []).join(' ')}] ${numbers}`;
  if (httpGet)
    return `http-get ${(httpGet.scheme ?? 'HTTP').toLowerCase()}://${httpGet.host ?? ''}:${String(httpGet.port)}${httpGet.path ?? ''} ${numbers}`;
  if (tcpSocket) return `tcp-socket ${tcpSocket.host ?? ''}:${String(tcpSocket.port)} ${numbers}`;
  if (grpc) return `grpc <pod>:${grpc.port} ${grpc.service ?? ''} ${numbers}`;
  return `unknown ${numbers}`;
}

function describeEnvironment(out: Description, container: V1Container, pod: V1Pod | undefined): void {
  const { envFrom = [], env = [] } = container;
  if (envFrom.length > 0) {
    out.line(2, 'Environment Variables from:');
    for (const { configMapRef, secretRef, prefix } of envFrom) {
      const ref = configMapRef ?? secretRef;
      const kind = configMapRef ? 'ConfigMap' : 'Secret';
      out.line(3, `${ref?.name ?? ''}\t${kind}${prefix ? ` with prefix '${prefix}'` : ''}\tOptional: ${ref?.optional ?? false}`);
    }
  }
  out.line(2, `Environment:${env.length === 0 ? '\t<none>' : ''}`);
  for (const variable of env) describeVariable(out, variable, container, pod);
}

function describeVariable(
  out: Description,
  { name, value = '', valueFrom }: V1EnvVar,
  container: V1Container,
  pod: V1Pod | undefined,
): void {
  if (!valueFrom) {
    const [first = '', ...rest] = value.split('\n');
    out.line(3, `${name}:\t${first}`);
    for (const line of rest) out.line(3, `\t${line}`);
    return;
  }
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = valueFrom;
  if (fieldRef)
    out.line(3, `${name}:\t${pod ? fieldText(pod, fieldRef.fieldPath) : ''} (${fieldRef.apiVersion ?? 'v1'}:${fieldRef.fieldPath})`);
  if (resourceFieldRef) out.line(3, `${name}:\t${resourceText(container, resourceFieldRef.resource)} (${resourceFieldRef.resource})`);
  if (secretKeyRef)
    out.line(
      3,
      `${name}:\t<set to the key '${secretKeyRef.key}' in secret '${secretKeyRef.name ?? ''}'>\tOptional: ${secretKeyRef.optional ?? false}`,
    );
  if (configMapKeyRef) {
    out.line(
      3,
      `${name}:\t<set to the key '${configMapKeyRef.key}' of config map '${configMapKeyRef.name ?? ''}'>\tOptional: ${configMapKeyRef.optional ?? false}`,
    );
  }
}

/** Fields that only metadata and spec tell; status fields stay empty, as in kubectl. */
function fieldText(pod: V1Pod, path: string): string {
  const key = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (key) return (key[1] === 'labels' ? pod.metadata?.labels : pod.metadata?.annotations)?.[key[2] ?? ''] ?? '';
  if (path === 'metadata.name') return pod.metadata?.name ?? '';
  if (path === 'metadata.namespace') return pod.metadata?.namespace ?? '';
  if (path === 'metadata.uid') return pod.metadata?.uid ?? '';
  return '';
}

function resourceText({ resources }: V1Container, field: string): string {
  const [kind = '', ...name] = field.split('.');
  const list = kind === 'limits' ? resources?.limits : resources?.requests;
  return list?.[name.join('.')] ?? '0';
}

function describeMounts(out: Description, { volumeMounts = [], volumeDevices = [] }: V1Container): void {
  out.line(2, `Mounts:${volumeMounts.length === 0 ? '\t<none>' : ''}`);
  for (const { mountPath, name, readOnly, subPath } of [...volumeMounts].sort((a, b) => (a.mountPath < b.mountPath ? -1 : 1))) {
    out.line(3, `${mountPath} from ${name} (${[readOnly ? 'ro' : 'rw', ...(subPath ? [`path="${subPath}"`] : [])].join(',')})`);
  }
  if (volumeDevices.length === 0) return;
  out.line(2, 'Devices:');
  for (const { devicePath, name } of volumeDevices) out.line(3, `${devicePath} from ${name}`);
}
