// Plays the availability controller of the API server's aggregator: an APIService is available when its Service leads somewhere.
// Left out: asking the extension itself; an endpoint that is ready counts as one that answers.
import { APIService } from '../api/apiregistration/apiservice.ts';
import { Service } from '../api/core/service.ts';
import { EndpointSlice } from '../api/discovery/endpointslice.ts';
import type { V1APIServiceCondition } from '../api/generated/types.ts';
import type { Client } from '../client/client.ts';
import { withCondition } from './conditions.ts';
import { defineController, watch } from './define.ts';

/** Keys of Services stand for all that they serve; no APIService has a name with a slash. */
export const apiServiceAvailabilityController = defineController({
  name: 'apiservice-status-available-controller',
  for: APIService,
  watches: [
    watch(Service, ({ object: { metadata } }) => [`${metadata.namespace}/${metadata.name}`]),
    watch(EndpointSlice, ({ object: { metadata } }) => {
      const service = metadata.labels?.['kubernetes.io/service-name'];
      return service ? [`${metadata.namespace}/${service}`] : [];
    }),
  ],
  async reconcile({ namespace, name }, { client, clock }) {
    const all = namespace === undefined ? [await client.get(APIService, { name })] : await client.list(APIService);
    for (const api of all) {
      const service = api?.spec?.service;
      if (!api || api.metadata.deletionTimestamp) continue;
      if (namespace !== undefined && (service?.namespace !== namespace || service.name !== name)) continue;
      const condition = service ? await availability(client, service.namespace ?? '', service.name ?? '', service.port ?? 443) : LOCAL;
      await client.updateStatus(APIService, api, {
        ...api.status,
        conditions: withCondition(api.status?.conditions, condition, clock.now()),
      });
    }
    return undefined;
  },
});

type Availability = Omit<V1APIServiceCondition, 'lastTransitionTime'>;

const LOCAL: Availability = { type: 'Available', status: 'True', reason: 'Local', message: 'Local APIServices are always available' };

const unavailable = (reason: string, message: string): Availability => ({ type: 'Available', status: 'False', reason, message });

async function availability(client: Client, namespace: string, name: string, port: number): Promise<Availability> {
  const id = `service/${name} in "${namespace}"`;
  const service = await client.get(Service, { namespace, name });
  if (!service) return unavailable('ServiceNotFound', `${id} is not present`);
  const found = service.spec?.ports?.find((each) => each.port === port);
  if (!found) return unavailable('ServicePortError', `${id} is not listening on port ${port}`);
  const slices = await client.list(EndpointSlice, { namespace, labelSelector: `kubernetes.io/service-name=${name}` });
  const isReady = slices.some(
    ({ endpoints, ports }) =>
      (endpoints ?? []).some(({ conditions }) => conditions?.ready) &&
      (ports ?? []).some((each) => (each.name ?? '') === (found.name ?? '')),
  );
  if (!isReady) return unavailable('MissingEndpoints', `endpoints for ${id} have no addresses with port name "${found.name ?? ''}"`);
  return { type: 'Available', status: 'True', reason: 'Passed', message: 'all checks passed' };
}
