// Plays generateContainerConfig: what the runtime is told to run, from image, container, environment and volumes.
import type { Pod } from '../api/core/pod.ts';
import type { V1Container } from '../api/generated/types.ts';
import type { ContainerProcess } from '../cri/processes/machine.ts';
import type { CatalogImage } from '../cri/runtime/catalog.ts';
import { value } from '../machinery/quantity.ts';
import { type Agent, formatPod } from './agent.ts';
import { ConfigError, type Environment, environmentOf, expand } from './environment.ts';
import { networkMounts } from './network-files.ts';
import type { PodRecord } from './record.ts';
import { fileInVolume } from './volumes.ts';

/** The image's configuration merged with the container's. */
export async function processOf(
  agent: Agent,
  pod: Pod,
  record: PodRecord,
  container: V1Container,
  image: CatalogImage,
): Promise<ContainerProcess> {
  const hostIP = agent.machine.address;
  const env = await environmentOf(pod, container, {
    client: agent.client,
    allocatable: agent.allocatable,
    hostIP,
    podIP: record.ip ?? hostIP,
  });
  const security = { ...pod.spec.securityContext, ...container.securityContext };
  const user = security.runAsUser ?? image.user ?? 0;
  if (security.runAsNonRoot && user === 0) {
    const who = `(pod: "${formatPod(pod)}", container: ${container.name})`;
    throw new ConfigError(
      security.runAsUser === 0
        ? `container's runAsUser breaks non-root policy ${who}`
        : `container has runAsNonRoot and image will run as root ${who}`,
    );
  }
  const words = (list: readonly string[] | undefined, known: Environment): string[] | undefined => list?.map((word) => expand(word, known));
  const entrypoint = words(container.command, env) ?? [...image.entrypoint];
  const args = words(container.args, env) ?? (container.command ? [] : [...image.cmd]);
  const memory = container.resources?.limits?.memory;
  return {
    name: container.name,
    image: image.name,
    argv: [...entrypoint, ...args],
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOSTNAME: agent.sandboxes.get(agent.node, record.uid)?.hostname ?? record.name,
      ...image.env,
      ...env,
    },
    workingDir: container.workingDir ?? (image.workingDir || '/'),
    ...(user === 0 ? {} : { user }),
    ...(security.runAsGroup ? { group: security.runAsGroup } : {}),
    ...(container.ports ? { ports: container.ports.map(({ containerPort }) => containerPort) } : {}),
    ...(security.readOnlyRootFilesystem ? { readOnlyRootFilesystem: true } : {}),
    mounts: [
      ...networkMounts(container),
      ...(container.volumeMounts ?? []).map(({ name, mountPath, subPath, subPathExpr, readOnly }) => {
        const sub = subPathExpr ? expand(subPathExpr, env) : (subPath ?? fileInVolume(pod, name, agent.disk));
        return { path: mountPath, volume: name, ...(sub ? { subPath: sub } : {}), ...(readOnly ? { readOnly } : {}) };
      }),
    ],
    ...(memory ? { memoryLimit: value(memory) } : {}),
    ...(container.stdin ? { stdin: true } : {}),
    ...(container.tty ? { tty: true } : {}),
  };
}

export function groupsOf(pod: Pod, container: V1Container, image: CatalogImage): number[] {
  const {
    runAsGroup,
    supplementalGroups = [],
    fsGroup,
  } = { ...pod.spec.securityContext, ...container.securityContext } as {
    runAsGroup?: number;
    supplementalGroups?: number[];
    fsGroup?: number;
  };
  return [...new Set([runAsGroup ?? 0, ...(image.groups ?? []), ...(fsGroup === undefined ? [] : [fsGroup]), ...supplementalGroups])];
}
