// The Pod Security Standards: what each check finds wrong with a Pod, in the words of pod-security-admission. AppArmor annotations and
// Windows host processes are left out.
import type { V1Container, V1PodSpec, V1SecurityContext } from '../../api/generated/types.ts';

export type Level = 'privileged' | 'baseline' | 'restricted';

export interface Violation {
  reason: string;
  detail: string;
}

type Check = (spec: V1PodSpec) => Violation | undefined;

const BASELINE_CAPABILITIES = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(' '),
);
const SAFE_SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
]);
const SELINUX_TYPES = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']);
const RESTRICTED_VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

/** By id, which is also the order in which violations are told. */
const baseline: Readonly<Record<string, Check>> = {
  capabilities: ({ ...spec }) => addedCapabilities(spec, BASELINE_CAPABILITIES, 'non-default capabilities'),
  hostNamespaces: ({ hostNetwork, hostPID, hostIPC }) => {
    const used = Object.entries({ hostNetwork, hostPID, hostIPC }).filter(([, on]) => on);
    return used.length ? { reason: 'host namespaces', detail: used.map(([name]) => `${name}=true`).join(', ') } : undefined;
  },
  hostPathVolumes: ({ volumes = [] }) => {
    const names = volumes.filter(({ hostPath }) => hostPath).map(({ name }) => name);
    return names.length ? { reason: 'hostPath volumes', detail: counted('volume', names) } : undefined;
  },
  hostPorts: (spec) => {
    const users = containers(spec).filter(({ ports = [] }) => ports.some(({ hostPort }) => hostPort));
    if (users.length === 0) return undefined;
    const ports = [...new Set(users.flatMap((c) => (c.ports ?? []).flatMap(({ hostPort }) => (hostPort ? [hostPort] : []))))].sort(
      (a, b) => a - b,
    );
    const verb = users.length === 1 ? 'uses' : 'use';
    const detail = `${counted('container', names(users))} ${verb} hostPort${ports.length === 1 ? '' : 's'} ${ports.join(', ')}`;
    return { reason: 'hostPort', detail };
  },
  privileged: (spec) =>
    containersThat(spec, ({ privileged }) => privileged === true, 'privileged', 'must not set securityContext.privileged=true'),
  procMount: (spec) =>
    containersThat(
      spec,
      ({ procMount = 'Default' }) => procMount !== 'Default',
      'procMount',
      'must not set securityContext.procMount to "Unmasked"',
    ),
  seLinuxOptions: (spec) => {
    const types = [spec.securityContext?.seLinuxOptions, ...containers(spec).map(({ securityContext }) => securityContext?.seLinuxOptions)];
    const bad = [...new Set(types.map((options) => options?.type ?? '').filter((type) => !SELINUX_TYPES.has(type)))];
    return bad.length ? { reason: 'seLinuxOptions', detail: `type${bad.length === 1 ? '' : 's'} ${quoted(bad)}` } : undefined;
  },
  seccompProfile: (spec) => {
    const bad = containers(spec).filter(({ securityContext }) => securityContext?.seccompProfile?.type === 'Unconfined');
    const pod = spec.securityContext?.seccompProfile?.type === 'Unconfined';
    return told('seccompProfile', pod, bad, 'must not set securityContext.seccompProfile.type to "Unconfined"');
  },
  sysctls: ({ securityContext }) => {
    const bad = (securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !SAFE_SYSCTLS.has(name));
    return bad.length ? { reason: 'forbidden sysctls', detail: bad.join(', ') } : undefined;
  },
};

/** Those of the same id replace the baseline's; restrictedVolumes makes hostPathVolumes needless. */
const restricted: Readonly<Record<string, Check | undefined>> = {
  hostPathVolumes: undefined,
  allowPrivilegeEscalation: (spec) =>
    containersThat(
      spec,
      ({ allowPrivilegeEscalation }) => allowPrivilegeEscalation !== false,
      'allowPrivilegeEscalation != false',
      'must set securityContext.allowPrivilegeEscalation=false',
    ),
  capabilities: (spec) => {
    const undropped = containers(spec).filter(({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'));
    const added = addedCapabilities(spec, new Set(['NET_BIND_SERVICE']), '');
    const details = [
      ...(undropped.length ? [`${counted('container', names(undropped))} must set securityContext.capabilities.drop=["ALL"]`] : []),
      ...(added ? [added.detail] : []),
    ];
    return details.length ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined;
  },
  restrictedVolumes: ({ volumes = [] }) => {
    const bad = volumes.flatMap((volume) => {
      const type = Object.keys(volume).find((field) => field !== 'name');
      return type && !RESTRICTED_VOLUMES.has(type) ? [{ name: volume.name, type }] : [];
    });
    if (bad.length === 0) return undefined;
    const types = [...new Set(bad.map(({ type }) => type))].sort();
    const uses = `${bad.length === 1 ? 'uses' : 'use'} restricted volume type${types.length === 1 ? '' : 's'} ${quoted(types)}`;
    return {
      reason: 'restricted volume types',
      detail: `${counted(
        'volume',
        bad.map(({ name }) => name),
      )} ${uses}`,
    };
  },
  runAsNonRoot: (spec) => {
    const pod = spec.securityContext?.runAsNonRoot;
    const explicit = containers(spec).filter(({ securityContext }) => securityContext?.runAsNonRoot === false);
    const implicit = containers(spec).filter(({ securityContext }) => securityContext?.runAsNonRoot === undefined);
    if (explicit.length || (pod === false && implicit.length)) {
      return told('runAsNonRoot != true', pod === false, explicit, 'must not set securityContext.runAsNonRoot=false');
    }
    if (pod || implicit.length === 0) return undefined;
    return {
      reason: 'runAsNonRoot != true',
      detail: `pod or ${counted('container', names(implicit))} must set securityContext.runAsNonRoot=true`,
    };
  },
  runAsUser: (spec) => {
    const bad = containers(spec).filter(({ securityContext }) => securityContext?.runAsUser === 0);
    return told('runAsUser=0', spec.securityContext?.runAsUser === 0, bad, 'must not set runAsUser=0');
  },
  seccompProfile: (spec) => {
    const allowed = (type: string | undefined): boolean => type === 'RuntimeDefault' || type === 'Localhost';
    const pod = spec.securityContext?.seccompProfile?.type;
    const typeOf = ({ securityContext }: V1Container): string | undefined => securityContext?.seccompProfile?.type;
    const explicit = containers(spec).filter((container) => typeOf(container) !== undefined && !allowed(typeOf(container)));
    const implicit = containers(spec).filter((container) => typeOf(container) === undefined);
    if (explicit.length || (pod !== undefined && !allowed(pod))) {
      const types = [...new Set([...(pod !== undefined && !allowed(pod) ? [pod] : []), ...explicit.map((c) => typeOf(c) ?? '')])];
      return told(
        'seccompProfile',
        pod !== undefined && !allowed(pod),
        explicit,
        `must not set securityContext.seccompProfile.type to ${quoted(types)}`,
      );
    }
    if (pod !== undefined || implicit.length === 0) return undefined;
    const detail = `pod or ${counted('container', names(implicit))} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
    return { reason: 'seccompProfile', detail };
  },
};

export function violations(level: Level, spec: V1PodSpec): Violation[] {
  if (level === 'privileged') return [];
  const checks: Readonly<Record<string, Check | undefined>> = level === 'baseline' ? baseline : { ...baseline, ...restricted };
  return Object.keys(checks)
    .sort()
    .flatMap((id) => checks[id]?.(spec) ?? []);
}

function containers(spec: V1PodSpec): V1Container[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...((spec.ephemeralContainers ?? []) as V1Container[])];
}

const names = (list: readonly V1Container[]): string[] => list.map(({ name }) => name);
const quoted = (list: readonly string[]): string => list.map((name) => JSON.stringify(name)).join(', ');
const counted = (noun: string, list: readonly string[]): string => `${noun}${list.length === 1 ? '' : 's'} ${quoted(list)}`;

function containersThat(
  spec: V1PodSpec,
  isBad: (context: V1SecurityContext) => boolean,
  reason: string,
  text: string,
): Violation | undefined {
  const bad = containers(spec).filter(({ securityContext = {} }) => isBad(securityContext));
  return bad.length ? { reason, detail: `${counted('container', names(bad))} ${text}` } : undefined;
}

/** `pod and container "c" must not …` */
function told(reason: string, pod: boolean, bad: readonly V1Container[], text: string): Violation | undefined {
  const who = [...(pod ? ['pod'] : []), ...(bad.length ? [counted('container', names(bad))] : [])];
  return who.length ? { reason, detail: `${who.join(' and ')} ${text}` } : undefined;
}

function addedCapabilities(spec: V1PodSpec, allowed: ReadonlySet<string>, reason: string): Violation | undefined {
  const bad = containers(spec).filter(({ securityContext }) => securityContext?.capabilities?.add?.some((one) => !allowed.has(one)));
  if (bad.length === 0) return undefined;
  const added = new Set(bad.flatMap(({ securityContext }) => securityContext?.capabilities?.add ?? []).filter((one) => !allowed.has(one)));
  return {
    reason,
    detail: `${counted('container', names(bad))} must not include ${quoted([...added].sort())} in securityContext.capabilities.add`,
  };
}
