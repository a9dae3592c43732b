import type { Stored } from '../../machinery/object.ts';
import { age, labelsText, loadBalancerText, name, orNone } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1Service } from '../generated/types.ts';

export type Service = Stored<V1Service>;

export const Service = defineKind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  columns: [
    name,
    { header: 'TYPE', cell: (service) => service.spec.type ?? '' },
    { header: 'CLUSTER-IP', cell: (service) => orNone(service.spec.clusterIPs?.[0]) },
    { header: 'EXTERNAL-IP', cell: externalAddress },
    { header: 'PORT(S)', cell: ports },
    age,
    { header: 'SELECTOR', wide: true, cell: (service) => labelsText(service.spec.selector) },
  ],
});

function externalAddress({ spec, status }: Service): string {
  const external = (spec.externalIPs ?? []).join(',');
  switch (spec.type) {
    case 'ClusterIP':
    case 'NodePort':
      return orNone(external);
    case 'LoadBalancer':
      return [loadBalancerText(status?.loadBalancer?.ingress), external].filter(Boolean).join(',') || '<pending>';
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

function ports({ spec }: Service): string {
  return orNone((spec.ports ?? []).map((p) => `${p.port}${p.nodePort ? `:${p.nodePort}` : ''}/${p.protocol ?? 'TCP'}`).join(','));
}
