// Services find their Pods by labels. A change of a Pod says which labels changed, not which Services select them, so it queues a key
// that holds the labels: Pods of one workload share it.
import { Pod } from '../api/core/pod.ts';
import { Service } from '../api/core/service.ts';
import type { Client } from '../client/client.ts';
import { jsonEqual } from '../machinery/equal.ts';
import { hasLabels } from '../machinery/label-selector.ts';
import type { ObjectKey } from '../machinery/object.ts';
import { type ControllerWatch, watch } from './define.ts';

/** No object's name begins with it. */
const MARK = '~';

/** Queues the labels of Pods in which something changed that `view` shows. */
export function selectedPods(view: (pod: Pod) => unknown): ControllerWatch {
  return watch(Pod, function* ({ type, object, old }) {
    if (type === 'MODIFIED' && old && jsonEqual(view(old), view(object)) && jsonEqual(old.metadata.labels, object.metadata.labels)) return;
    yield labelsKey(object);
    if (old && !jsonEqual(old.metadata.labels, object.metadata.labels)) yield labelsKey(old);
  });
}

function labelsKey({ metadata }: Pod): string {
  const { labels = {} } = metadata;
  const inOrder = isSorted(Object.keys(labels)) ? labels : Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${metadata.namespace}/${MARK}${JSON.stringify(inOrder)}`;
}

const isSorted = (texts: readonly string[]): boolean => texts.every((text, i) => i === 0 || (texts[i - 1] as string) < text);

/** The labels that a key of {@link selectedPods} holds; undefined for the key of an object. */
export function labelsIn({ name }: ObjectKey): Record<string, string> | undefined {
  return name.startsWith(MARK) ? (JSON.parse(name.slice(MARK.length)) as Record<string, string>) : undefined;
}

/** The Service of this key, or all Services that select the labels in it. */
export async function servicesFor(client: Client, key: ObjectKey): Promise<readonly Service[]> {
  const labels = labelsIn(key);
  if (!labels) {
    const service = await client.get(Service, key);
    return service ? [service] : [];
  }
  const services = await client.list(Service, key.namespace ? { namespace: key.namespace } : {});
  return services.filter(({ spec }) => hasSelector(spec.selector) && hasLabels(spec.selector, labels));
}

export const hasSelector = (selector: Record<string, string> | undefined): selector is Record<string, string> =>
  selector !== undefined && Object.keys(selector).length > 0;

export async function podsOf(client: Client, service: Service): Promise<readonly Pod[]> {
  const labelSelector = Object.entries(service.spec.selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const { namespace } = service.metadata;
  return client.list(Pod, { ...(namespace ? { namespace } : {}), labelSelector });
}
