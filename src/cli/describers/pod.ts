// `describe pod`.
import type { V1Pod, V1Toleration, V1TopologySpreadConstraint } from '../../api/generated/types.ts';
import { selectorText } from '../../machinery/label-selector.ts';
import { describeContainers, describeResources } from './containers.ts';
import { controllerOf, type Describe } from './describer.ts';
import { Description, longTime, since } from './description.ts';
import { describeEvents } from './events.ts';
import { describeVolumes } from './volumes.ts';

export const describePod: Describe = async (object, { events, now }) => {
  const pod = object as unknown as V1Pod;
  const { metadata = {}, spec, status } = pod;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  if (spec?.priority !== undefined) out.line(0, `Priority:\t${spec.priority}`);
  if (spec?.priorityClassName) out.line(0, `Priority Class Name:\t${spec.priorityClassName}`);
  if (spec?.runtimeClassName) out.line(0, `Runtime Class Name:\t${spec.runtimeClassName}`);
  if (spec?.serviceAccountName) out.line(0, `Service Account:\t${spec.serviceAccountName}`);
  out.line(0, `Node:\t${spec?.nodeName ? `${spec.nodeName}/${status?.hostIP ?? ''}` : '<none>'}`);
  if (status?.startTime) out.line(0, `Start Time:\t${longTime(status.startTime)}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  describePhase(out, pod, now());
  describeAddresses(out, pod);
  const controller = controllerOf(object);
  if (controller) out.line(0, `Controlled By:\t${controller}`);
  if (status?.nominatedNodeName) out.line(0, `NominatedNodeName:\t${status.nominatedNodeName}`);
  if (spec?.resources) {
    out.line(0, 'Resources:');
    describeResources(out, spec.resources, 1);
  }
  if (spec?.initContainers?.length) describeContainers(out, 'Init Containers', spec.initContainers, status?.initContainerStatuses, pod);
  describeContainers(out, 'Containers', spec?.containers, status?.containerStatuses, pod);
  if (spec?.ephemeralContainers?.length)
    describeContainers(out, 'Ephemeral Containers', spec.ephemeralContainers, status?.ephemeralContainerStatuses, pod);
  describeConditions(out, pod);
  describeVolumes(out, spec?.volumes);
  out.line(0, `QoS Class:\t${status?.qosClass ?? ''}`);
  out.labels('Node-Selectors', spec?.nodeSelector);
  describeTolerations(out, spec?.tolerations);
  describeSpread(out, spec?.topologySpreadConstraints);
  describeEvents(out, await events(), now());
  return out.toString();
};

function describePhase(out: Description, { metadata = {}, spec, status }: V1Pod, now: number): void {
  if (metadata.deletionTimestamp && status?.reason !== 'NodeLost') {
    out.line(0, `Status:\tTerminating (lasts ${since(metadata.deletionTimestamp, now)})`);
    out.line(0, `Termination Grace Period:\t${metadata.deletionGracePeriodSeconds ?? 0}s`);
  } else out.line(0, `Status:\t${status?.phase ?? ''}`);
  if (status?.reason) out.line(0, `Reason:\t${status.reason}`);
  if (status?.message) out.line(0, `Message:\t${status.message}`);
  const seccomp = spec?.securityContext?.seccompProfile;
  if (!seccomp) return;
  out.line(0, `SeccompProfile:\t${seccomp.type}`);
  if (seccomp.type === 'Localhost') out.line(0, `LocalhostProfile:\t${seccomp.localhostProfile ?? ''}`);
}

function describeAddresses(out: Description, { status }: V1Pod): void {
  out.line(0, `IP:\t${status?.podIP ?? ''}`);
  const addresses = status?.podIPs ?? [];
  if (addresses.length === 0) out.line(0, 'IPs:\t<none>');
  else {
    out.line(0, 'IPs:');
    for (const { ip } of addresses) out.line(0, `  IP:\t${ip}`);
  }
}

function describeConditions(out: Description, { spec, status }: V1Pod): void {
  const conditions = status?.conditions ?? [];
  if (spec?.readinessGates?.length) {
    out.line(0, 'Readiness Gates:');
    out.line(1, 'Type\tStatus');
    for (const { conditionType } of spec.readinessGates) {
      out.line(1, `${conditionType} \t${conditions.find(({ type }) => type === conditionType)?.status ?? '<none>'} `);
    }
  }
  if (conditions.length === 0) return;
  out.line(0, 'Conditions:');
  out.line(1, 'Type\tStatus');
  for (const { type, status: value } of conditions) out.line(1, `${type} \t${value} `);
}

export function describeTolerations(out: Description, tolerations: readonly V1Toleration[] | undefined, indent = ''): void {
  const sorted = [...(tolerations ?? [])].sort((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : (a.key ?? '') > (b.key ?? '') ? 1 : 0));
  out.titled('Tolerations', sorted.map(tolerationText), indent);
}

function tolerationText({ key = '', value = '', effect = '', operator, tolerationSeconds }: V1Toleration): string {
  let text = key + (value ? `=${value}` : '') + (effect ? `:${effect}` : '');
  if (operator === 'Exists' && !value) text += key || effect ? ' op=Exists' : 'op=Exists';
  if (tolerationSeconds !== undefined && tolerationSeconds !== null) text += ` for ${tolerationSeconds}s`;
  return text;
}

export function describeSpread(out: Description, constraints: readonly V1TopologySpreadConstraint[] | undefined, indent = ''): void {
  if (!constraints?.length) return;
  const lines = [...constraints]
    .sort((a, b) => (a.topologyKey < b.topologyKey ? -1 : 1))
    .map(({ topologyKey, whenUnsatisfiable, maxSkew, labelSelector }) => {
      const selector = labelSelector ? ` for selector ${selectorText(labelSelector)}` : '';
      return `${topologyKey}:${whenUnsatisfiable} when max skew ${maxSkew} is exceeded${selector}`;
    });
  out.titled('Topology Spread Constraints', lines, indent);
}
