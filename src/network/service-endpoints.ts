// What kube-proxy and CoreDNS both read: Services and the EndpointSlices that carry their name.
import { Service } from '../api/core/service.ts';
import { EndpointSlice } from '../api/discovery/endpointslice.ts';
import type { V1Endpoint } from '../api/generated/types.ts';
import type { Client } from '../client/client.ts';
import type { LoopWatch, ObjectEvent } from '../machinery/loop.ts';
import { keyOf, type ObjectKey } from '../machinery/object.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';

/** Keys are those of Services. */
export const serviceWatches: readonly LoopWatch[] = [
  { resource: Service.resource, keys: ({ object }) => [keyOf(object)] },
  {
    resource: EndpointSlice.resource,
    *keys({ object, old }: ObjectEvent) {
      const now = object.metadata.labels?.[SERVICE_NAME];
      const before = old?.metadata.labels?.[SERVICE_NAME];
      const { namespace } = object.metadata;
      if (now) yield `${namespace}/${now}`;
      if (before && before !== now) yield `${namespace}/${before}`;
    },
  },
];

export async function slicesOf(client: Client, { namespace, name }: ObjectKey): Promise<readonly EndpointSlice[]> {
  return client.list(EndpointSlice, { ...(namespace ? { namespace } : {}), labelSelector: `${SERVICE_NAME}=${name}` });
}

/** An endpoint without conditions counts as ready. */
export const isReady = ({ conditions }: V1Endpoint): boolean => conditions?.ready ?? true;

/** The ready ones; when there are none, those that still serve while they terminate. */
export function usable(endpoints: readonly V1Endpoint[]): readonly V1Endpoint[] {
  const ready = endpoints.filter(isReady);
  return ready.length > 0 ? ready : endpoints.filter(({ conditions }) => conditions?.serving && conditions.terminating);
}
