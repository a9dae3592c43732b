// pkg/apis/core/v1/defaults.go for Pods and for Pod templates. Only Pods themselves get requests from limits, host ports and
// service links; a template keeps what was written.
import { blank } from '../../blank.ts';
import type {
  V1Container,
  V1EphemeralContainer,
  V1HTTPGetAction,
  V1ObjectMeta,
  V1PodSpec,
  V1PodTemplateSpec,
  V1Probe,
  V1ResourceRequirements,
} from '../../generated/types.ts';
import type { Pod } from '../pod.ts';
import { pullPolicyOf } from './pull-policy.ts';
import { defaultVolume } from './volume-defaults.ts';

export function defaultPod(pod: Pod): void {
  pod.spec ??= blank<V1PodSpec>();
  const { spec } = pod;
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork) {
    for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) defaultHostPorts(container);
  }
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) defaultRequests(container.resources);
  defaultRequests(spec.resources);
  defaultPodSpec(spec);
}

/** The template of a workload: metadata and spec are always there. */
export function defaultPodTemplate(owner: { template?: V1PodTemplateSpec | undefined }): V1PodTemplateSpec {
  owner.template ??= blank<V1PodTemplateSpec>();
  owner.template.metadata ??= blank<V1ObjectMeta>();
  owner.template.spec ??= blank<V1PodSpec>();
  defaultPodSpec(owner.template.spec);
  return owner.template;
}

export function defaultPodSpec(spec: V1PodSpec): void {
  for (const container of spec.initContainers ?? []) defaultContainer(container);
  for (const container of spec.containers ?? []) defaultContainer(container);
  for (const container of spec.ephemeralContainers ?? []) defaultContainer(container);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.restartPolicy ||= 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= 'default-scheduler';
  // The old name of the field is kept in step with the new one.
  if (!spec.serviceAccountName && spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount;
  if (spec.serviceAccountName && spec.serviceAccount !== spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
}

function defaultContainer(container: V1Container | V1EphemeralContainer): void {
  container.imagePullPolicy ||= pullPolicyOf(container.image ?? '');
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  container.resources ??= {};
  for (const port of container.ports ?? []) port.protocol ||= 'TCP';
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) if (probe) defaultProbe(probe);
  for (const hook of [container.lifecycle?.postStart, container.lifecycle?.preStop]) if (hook?.httpGet) defaultHttpGet(hook.httpGet);
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef) valueFrom.fieldRef.apiVersion ||= 'v1';
    if (valueFrom?.resourceFieldRef) valueFrom.resourceFieldRef.divisor ||= '0';
  }
}

function defaultProbe(probe: V1Probe): void {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  if (probe.httpGet) defaultHttpGet(probe.httpGet);
  if (probe.grpc) probe.grpc.service ??= '';
}

function defaultHttpGet(action: V1HTTPGetAction): void {
  action.path ||= '/';
  action.scheme ||= 'HTTP';
}

function defaultRequests(resources: V1ResourceRequirements | undefined): void {
  const { limits } = resources ?? {};
  if (!resources || !limits) return;
  const missing = Object.keys(limits).filter((resource) => resources.requests?.[resource] === undefined);
  if (!missing.length) return;
  const requests = { ...resources.requests };
  for (const resource of missing) requests[resource] = limits[resource] as string;
  resources.requests = requests;
}

function defaultHostPorts(container: V1Container): void {
  for (const port of container.ports ?? []) if (port.containerPort) port.hostPort ||= port.containerPort;
}
