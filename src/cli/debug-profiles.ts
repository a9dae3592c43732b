// What `--profile` of debug does to the Pod: capabilities, host namespaces, and what a copy keeps.
import type { V1Container, V1Pod, V1SecurityContext } from '../api/generated/types.ts';
import { KubectlError, type VerbContext } from './verb.ts';

export type Style = 'node' | 'copy' | 'ephemeral';
type Spec = NonNullable<V1Pod['spec']>;

export const PROFILES = ['legacy', 'general', 'baseline', 'netadmin', 'restricted', 'sysadmin', 'auto'];

export function checkProfile(profile: string): void {
  if (!PROFILES.includes(profile)) throw new KubectlError(`unknown profile: ${profile}`);
}

/** Changes `pod` and its debugging container in place. */
export function applyProfile(context: VerbContext, pod: V1Pod, spec: Spec, container: V1Container, style: Style): void {
  const profile = context.flags.string('profile');
  const secure = (change: V1SecurityContext): void => {
    container.securityContext = { ...container.securityContext, ...change };
  };
  const allow = (...add: string[]): void => {
    const { capabilities = {} } = container.securityContext ?? {};
    secure({ capabilities: { ...capabilities, add: [...new Set([...(capabilities.add ?? []), ...add])] } });
  };
  const host = (): void => {
    Object.assign(spec, { hostNetwork: true, hostPID: true, hostIPC: true });
  };
  const root = (): void => {
    spec.volumes = [...(spec.volumes ?? []), { name: 'host-root', hostPath: { path: '/' } }];
    container.volumeMounts = [...(container.volumeMounts ?? []), { name: 'host-root', mountPath: '/host' }];
  };
  switch (profile) {
    case 'legacy':
    case 'auto':
      if (style === 'node') {
        root();
        host();
      } else if (style === 'copy') delete pod.metadata?.labels;
      return;
    case 'general':
      if (style === 'node') {
        root();
        delete container.securityContext;
        host();
        return;
      }
      allow('SYS_PTRACE');
      break;
    case 'baseline':
      delete container.securityContext;
      break;
    case 'restricted':
      container.securityContext = {
        runAsNonRoot: true,
        capabilities: { drop: ['ALL'] },
        allowPrivilegeEscalation: false,
        seccompProfile: { type: 'RuntimeDefault' },
      };
      break;
    case 'netadmin':
      allow('NET_ADMIN', 'NET_RAW');
      if (style === 'node') host();
      break;
    default:
      secure({ privileged: true });
      if (style === 'node') {
        host();
        root();
      }
  }
  if (style === 'copy') strip(context, pod, spec);
}

function strip({ flags }: VerbContext, pod: V1Pod, spec: Spec): void {
  if (!flags.bool('keep-labels')) delete pod.metadata?.labels;
  if (!flags.bool('keep-annotations')) delete pod.metadata?.annotations;
  for (const container of spec.containers) {
    if (!flags.bool('keep-liveness')) delete container.livenessProbe;
    if (!flags.bool('keep-readiness')) delete container.readinessProbe;
    if (!flags.bool('keep-startup')) delete container.startupProbe;
  }
  if (!flags.bool('keep-init-containers')) delete spec.initContainers;
  spec.shareProcessNamespace ??= true;
}
