import type { Stored } from '../../machinery/object.ts';
import { blank } from '../blank.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1APIService, V1APIServiceSpec } from '../generated/types.ts';

export type APIService = Stored<V1APIService>;

export const APIService = defineKind<APIService>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  setDefaults(service) {
    service.spec ??= blank<V1APIServiceSpec>();
    if (service.spec.service) service.spec.service.port ??= 443;
  },
  prepareForCreate(service) {
    service.status = {};
  },
  columns: [
    name,
    { header: 'SERVICE', cell: ({ spec: { service } }) => (service ? `${service.namespace}/${service.name}` : 'Local') },
    { header: 'AVAILABLE', cell: available },
    age,
  ],
});

function available({ status }: APIService): string {
  const condition = status?.conditions?.find(({ type }) => type === 'Available');
  if (!condition) return 'Unknown';
  return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason ?? ''})`;
}
