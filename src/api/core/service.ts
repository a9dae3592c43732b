import type { Stored } from '../../machinery/object.ts';
import { blank } from '../blank.ts';
import { age, labelsText, loadBalancerText, name, orNone } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1Service, V1ServiceSpec } from '../generated/types.ts';
import { keepAllocated, validateService, validateServiceUpdate } from './service-validation.ts';

export type Service = Stored<V1Service>;

export const Service = defineKind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  prepareForUpdate: keepAllocated,
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  nameRule: 'dns-1035',
  setDefaults: defaultService,
  prepareForCreate: prepareService,
  selectableFields: ({ spec }) => ({ 'spec.clusterIP': spec.clusterIP ?? '', 'spec.type': spec.type ?? '' }),
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

const THREE_HOURS = 10_800;

function defaultService(service: Service): void {
  service.spec ??= blank<V1ServiceSpec>();
  const { spec } = service;
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP') spec.sessionAffinityConfig ??= { clientIP: { timeoutSeconds: THREE_HOURS } };
  spec.type ||= 'ClusterIP';
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP';
    if (port.port && !port.targetPort) port.targetPort = port.port;
  }
  const isExternal = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || (spec.type === 'ClusterIP' && spec.externalIPs?.length);
  if (isExternal) spec.externalTrafficPolicy ||= 'Cluster';
  if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
}

/** Addresses and node ports are the allocators' work; the family is that of a single-stack cluster. */
function prepareService(service: Service): void {
  const { spec } = service;
  service.status = { loadBalancer: {} };
  if (spec.type === 'ExternalName') return;
  if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
  if (!spec.clusterIP && spec.clusterIPs?.[0]) spec.clusterIP = spec.clusterIPs[0];
  spec.ipFamilies ??= ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
}
