// ValidatePodSpec of pkg/apis/core/validation, in its order. The template of a workload is validated by the same rules.
import type { FieldError } from '../../../../machinery/status.ts';
import { forbiddenField, invalidFor, invalidValue, notSupported, required } from '../../../../machinery/validation/field-error.ts';
import { dnsLabel, dnsSubdomain, labelErrors, qualifiedName } from '../../../../machinery/validation/names.ts';
import { annotationErrors } from '../../../../machinery/validation/object-meta.ts';
import type { V1PodSpec, V1PodTemplateSpec } from '../../../generated/types.ts';
import type { Pod } from '../../pod.ts';
import { validateContainers, validateInitContainers } from './containers.ts';
import { validateAffinity, validateSpread, validateTolerations } from './scheduling.ts';
import { checkVolumes } from './volumes.ts';

export function validatePod(pod: Pod): FieldError[] {
  const errors = validatePodSpec(pod.spec, 'spec');
  const isNew = !pod.metadata.resourceVersion;
  if (isNew && pod.spec.ephemeralContainers?.length) errors.push(forbiddenField('spec.ephemeralContainers', 'cannot be set on create'));
  return errors;
}

export function validatePodTemplate(template: V1PodTemplateSpec | undefined, at: string): FieldError[] {
  const { metadata, spec } = template ?? {};
  return [
    ...labelErrors(metadata?.labels, `${at}.labels`),
    ...annotationErrors(metadata?.annotations, `${at}.annotations`),
    ...validatePodSpec(spec ?? ({} as V1PodSpec), `${at}.spec`),
    ...(spec?.ephemeralContainers?.length
      ? [forbiddenField(`${at}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')]
      : []),
  ];
}

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const INT32_MAX = 2_147_483_647;

export function validatePodSpec(spec: V1PodSpec, at: string): FieldError[] {
  const { errors, sound } = checkVolumes(spec.volumes, `${at}.volumes`);
  errors.push(...validateContainers(spec, at, sound));
  if (spec.initContainers) errors.push(...validateInitContainers(spec, at, sound));
  if (!spec.restartPolicy) errors.push(required(`${at}.restartPolicy`));
  else if (!RESTART_POLICIES.includes(spec.restartPolicy))
    errors.push(notSupported(`${at}.restartPolicy`, spec.restartPolicy, RESTART_POLICIES));
  if (!spec.dnsPolicy) errors.push(required(`${at}.dnsPolicy`));
  else if (!DNS_POLICIES.includes(spec.dnsPolicy)) errors.push(notSupported(`${at}.dnsPolicy`, spec.dnsPolicy, DNS_POLICIES));
  if (spec.nodeSelector) errors.push(...labelErrors(spec.nodeSelector, `${at}.nodeSelector`));
  errors.push(...validateHost(spec, at));
  for (const [i, { name = '' }] of (spec.imagePullSecrets ?? []).entries())
    if (!name) errors.push(required(`${at}.imagePullSecrets[${i}].name`));
  if (spec.affinity) errors.push(...validateAffinity(spec.affinity, `${at}.affinity`));
  if (spec.dnsPolicy === 'None' && !spec.dnsConfig?.nameservers?.length) {
    errors.push(required(`${at}.dnsConfig`, 'must provide `dnsConfig` when `dnsPolicy` is None'));
  }
  for (const [i, { conditionType = '' }] of (spec.readinessGates ?? []).entries()) {
    errors.push(...invalidFor(`${at}.readinessGates[${i}].conditionType`, conditionType, qualifiedName(conditionType)));
  }
  const spread = spec.topologySpreadConstraints;
  if (spread) errors.push(...validateSpread(spread, `${at}.topologySpreadConstraints`));
  if (spec.serviceAccountName)
    errors.push(...invalidFor(`${at}.serviceAccountName`, spec.serviceAccountName, dnsSubdomain(spec.serviceAccountName)));
  if (spec.nodeName) errors.push(...invalidFor(`${at}.nodeName`, spec.nodeName, dnsSubdomain(spec.nodeName)));
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > INT32_MAX)) {
    errors.push(invalidValue(`${at}.activeDeadlineSeconds`, deadline, `must be between 1 and ${INT32_MAX}, inclusive`));
  }
  const grace = spec.terminationGracePeriodSeconds;
  if (grace !== undefined && grace < 0)
    errors.push(invalidValue(`${at}.terminationGracePeriodSeconds`, grace, 'must be greater than or equal to 0'));
  if (spec.hostname) errors.push(...invalidFor(`${at}.hostname`, spec.hostname, dnsLabel(spec.hostname)));
  if (spec.subdomain) errors.push(...invalidFor(`${at}.subdomain`, spec.subdomain, dnsLabel(spec.subdomain)));
  errors.push(...validateTolerations(spec.tolerations, `${at}.tolerations`));
  for (const [i, { ip = '' }] of (spec.hostAliases ?? []).entries()) {
    if (!isAddress(ip))
      errors.push(invalidValue(`${at}.hostAliases[${i}].ip`, ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'));
  }
  if (spec.priorityClassName)
    errors.push(...invalidFor(`${at}.priorityClassName`, spec.priorityClassName, dnsSubdomain(spec.priorityClassName)));
  if (spec.runtimeClassName)
    errors.push(...invalidFor(`${at}.runtimeClassName`, spec.runtimeClassName, dnsSubdomain(spec.runtimeClassName)));
  if (spec.preemptionPolicy && spec.preemptionPolicy !== 'Never' && spec.preemptionPolicy !== 'PreemptLowerPriority') {
    errors.push(notSupported(`${at}.preemptionPolicy`, spec.preemptionPolicy, ['Never', 'PreemptLowerPriority']));
  }
  if (spec.os && spec.os.name !== 'linux' && spec.os.name !== 'windows') {
    errors.push(spec.os.name ? notSupported(`${at}.os.name`, spec.os.name, ['linux', 'windows']) : required(`${at}.os.name`));
  }
  return errors;
}

/** A Pod in the host's network uses its ports as they are. */
function validateHost(spec: V1PodSpec, at: string): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.hostNetwork) {
    for (const [list, containers] of [
      ['containers', spec.containers ?? []],
      ['initContainers', spec.initContainers ?? []],
    ] as const) {
      for (const [i, container] of containers.entries()) {
        for (const [j, port] of (container.ports ?? []).entries()) {
          if (port.hostPort && port.hostPort !== port.containerPort) {
            errors.push(
              invalidValue(
                `${at}.${list}[${i}].ports[${j}].hostPort`,
                port.hostPort,
                'must match `containerPort` when `hostNetwork` is true',
              ),
            );
          }
        }
      }
    }
  }
  const security = spec.securityContext;
  for (const field of ['runAsUser', 'runAsGroup', 'fsGroup'] as const) {
    const id = security?.[field];
    if (id !== undefined && (id < 0 || id > INT32_MAX))
      errors.push(invalidValue(`${at}.securityContext.${field}`, id, `must be between 0 and ${INT32_MAX}, inclusive`));
  }
  if (spec.shareProcessNamespace && spec.hostPID) {
    errors.push(invalidValue(`${at}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'));
  }
  return errors;
}

/** IPv4 or IPv6, roughly as net.ParseIP takes them. */
export const isAddress = (text: string): boolean =>
  /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(text) || (text.includes(':') && /^[0-9a-fA-F:.]+$/.test(text));
