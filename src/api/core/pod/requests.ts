// What a Pod asks of a node, counted as k8s.io/component-helpers/resource does: CPU in thousandths, all else in whole units.
import { milliValue, value } from '../../../machinery/quantity.ts';
import type { V1Container, V1ContainerStatus, V1ResourceRequirements } from '../../generated/types.ts';
import type { Pod } from '../pod.ts';

export type Resources = Readonly<Record<string, number>>;

/** What a container without requests counts when nodes are scored, so that such Pods spread too: thousandths of a CPU, and bytes. */
const DEFAULT_REQUESTS: Resources = { cpu: 100, memory: 200 * 1024 * 1024 };

export function measure(quantities: Readonly<Record<string, string>> | undefined): Record<string, number> {
  const measured: Record<string, number> = {};
  for (const [name, text] of Object.entries(quantities ?? {})) measured[name] = name === 'cpu' ? milliValue(text) : value(text);
  return measured;
}

/**
 * The sum of the containers or the highest need of the init containers, whichever is more. A sidecar (an init container that restarts
 * always) runs beside all that start after it. What is requested for the Pod as a whole replaces that; overhead comes on top.
 */
export function podRequests(pod: Pod): Resources {
  return requests(pod, {});
}

/** As {@link podRequests}, for scoring: a container that requests no CPU or memory counts the defaults. */
export function nonZeroRequests(pod: Pod): Resources {
  return requests(pod, DEFAULT_REQUESTS);
}

function requests(pod: Pod, missing: Resources): Resources {
  const { containers, initContainers = [], overhead, resources } = pod.spec;
  const { containerStatuses, initContainerStatuses } = pod.status ?? {};
  const [only] = containers;
  if (only && containers.length === 1 && initContainers.length === 0 && !overhead && !resources)
    return { ...missing, ...held(pod, only, containerStatuses) };
  let running: Resources = {};
  let peak: Resources = {};
  for (const container of containers) running = add(running, { ...missing, ...held(pod, container, containerStatuses) });
  let sidecars: Resources = {};
  for (const container of initContainers) {
    if (container.restartPolicy === 'Always') {
      sidecars = add(sidecars, { ...missing, ...held(pod, container, initContainerStatuses) });
      peak = most(peak, sidecars);
    } else {
      peak = most(peak, add(sidecars, { ...missing, ...measure(container.resources?.requests) }));
    }
  }
  const total = most(add(running, sidecars), peak);
  return add({ ...total, ...podLevel(pod, resources) }, measure(overhead));
}

/** While a resize is under way, a container holds the most of what is wanted, granted and in force; what cannot be granted is not wanted. */
function held(pod: Pod, { name, resources }: V1Container, statuses: readonly V1ContainerStatus[] | undefined): Resources {
  const wanted = measure(resources?.requests);
  const status = isResizing(pod) ? statuses?.find((each) => each.name === name) : undefined;
  if (!status?.resources) return wanted;
  const granted = most(measure(status.resources.requests), measure(status.allocatedResources));
  return isInfeasible(pod) ? granted : most(wanted, granted);
}

/** Requests of the Pod as a whole: only cpu, memory and huge pages can be. */
function podLevel(pod: Pod, resources: V1ResourceRequirements | undefined): Resources {
  const wanted = measure(resources?.requests);
  const { resources: inForce, allocatedResources } = (pod.status ?? {}) as {
    resources?: V1ResourceRequirements;
    allocatedResources?: Record<string, string>;
  };
  if (!resources?.requests || !isResizing(pod) || !inForce) return wanted;
  return most(wanted, most(measure(inForce.requests), measure(allocatedResources)));
}

/** The kubelet has not yet done, or cannot do, what was asked last. */
export const isResizing = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type }) => type === 'PodResizePending' || type === 'PodResizeInProgress') ?? false;

const isInfeasible = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible') ?? false;

export function add(a: Resources, b: Resources): Resources {
  const sum: Record<string, number> = { ...a };
  for (const name of Object.keys(b)) sum[name] = (sum[name] ?? 0) + (b[name] ?? 0);
  return sum;
}

function most(a: Resources, b: Resources): Resources {
  const result: Record<string, number> = { ...a };
  for (const name of Object.keys(b)) result[name] = Math.max(result[name] ?? 0, b[name] ?? 0);
  return result;
}
