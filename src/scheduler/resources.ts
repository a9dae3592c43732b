// What a Pod asks of a node, counted as pkg/api/v1/resource does: CPU in thousandths, all else in whole units.
import type { Pod } from '../api/core/pod.ts';
import type { V1Container } from '../api/generated/types.ts';
import { milliValue, value } from '../machinery/quantity.ts';

export type Resources = Readonly<Record<string, number>>;

/** What a container without requests counts when nodes are scored, so that such Pods spread too. */
const DEFAULT_CPU = 100;
const DEFAULT_MEMORY = 200 * 1024 * 1024;

export function measure(quantities: Readonly<Record<string, string>> | undefined): Record<string, number> {
  const measured: Record<string, number> = {};
  for (const [name, text] of Object.entries(quantities ?? {})) measured[name] = name === 'cpu' ? milliValue(text) : value(text);
  return measured;
}

/**
 * The sum of the containers or the highest need of the init containers, whichever is more. A sidecar (an init container that restarts
 * always) runs beside all that start after it. Overhead comes on top.
 */
export function podRequests(pod: Pod): Resources {
  return requests(pod, (container) => measure(container.resources?.requests));
}

/** As {@link podRequests}, for scoring: every container counts at least the defaults. */
export function nonZeroRequests(pod: Pod): Resources {
  return requests(pod, (container) => ({ cpu: DEFAULT_CPU, memory: DEFAULT_MEMORY, ...measure(container.resources?.requests) }));
}

function requests(pod: Pod, of: (container: V1Container) => Resources): Resources {
  const { containers, initContainers = [], overhead, resources } = pod.spec;
  let running: Resources = {};
  let peak: Resources = {};
  for (const container of containers) running = add(running, of(container));
  let sidecars: Resources = {};
  for (const container of initContainers) {
    if (container.restartPolicy === 'Always') {
      sidecars = add(sidecars, of(container));
      peak = most(peak, sidecars);
    } else {
      peak = most(peak, add(sidecars, of(container)));
    }
  }
  const total = most(add(running, sidecars), peak);
  return add({ ...total, ...measure(resources?.requests) }, measure(overhead));
}

export function add(a: Resources, b: Resources): Resources {
  const sum: Record<string, number> = { ...a };
  for (const [name, amount] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + amount;
  return sum;
}

function most(a: Resources, b: Resources): Resources {
  const result: Record<string, number> = { ...a };
  for (const [name, amount] of Object.entries(b)) result[name] = Math.max(result[name] ?? 0, amount);
  return result;
}
