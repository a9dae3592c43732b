// `describe service`, endpoints and endpoint slices.
import type { V1EndpointSlice, V1Endpoints, V1Service } from '../../api/generated/types.ts';
import type { Describe, Surroundings } from './describer.ts';
import { Description, pairs } from './description.ts';
import { describeEvents } from './events.ts';

export const describeService: Describe = async (object, around) => {
  const { metadata = {}, spec, status } = object as unknown as V1Service;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, `Selector:\t${pairs(spec?.selector)}`);
  out.line(0, `Type:\t${spec?.type ?? ''}`);
  if (spec?.ipFamilyPolicy) out.line(0, `IP Family Policy:\t${spec.ipFamilyPolicy}`);
  out.line(0, `IP Families:\t${spec?.ipFamilies?.join(',') || '<none>'}`);
  out.line(0, `IP:\t${spec?.clusterIP ?? ''}`);
  out.line(0, `IPs:\t${spec?.clusterIPs?.join(',') || '<none>'}`);
  if (spec?.externalIPs?.length) out.line(0, `External IPs:\t${spec.externalIPs.join(',')}`);
  if (spec?.loadBalancerIP) out.line(0, `Desired LoadBalancer IP:\t${spec.loadBalancerIP}`);
  if (spec?.externalName) out.line(0, `External Name:\t${spec.externalName}`);
  const ingress = status?.loadBalancer?.ingress ?? [];
  if (ingress.length > 0)
    out.line(
      0,
      `LoadBalancer Ingress:\t${ingress.map(({ ip, hostname, ipMode }) => (ip ? `${ip}${ipMode ? ` (${ipMode})` : ''}` : hostname)).join(', ')}`,
    );
  const slices = await slicesOf(around, metadata.namespace, metadata.name ?? '');
  for (const { name, port, protocol = 'TCP', targetPort, appProtocol, nodePort } of spec?.ports ?? []) {
    const shown = name || '<unset>';
    out.line(0, `Port:\t${shown}\t${port}/${protocol}`);
    out.line(0, `TargetPort:\t${targetPort ?? port}/${protocol}`);
    if (appProtocol) out.line(0, `AppProtocol:\t${appProtocol}`);
    if (nodePort) out.line(0, `NodePort:\t${shown}\t${nodePort}/${protocol}`);
    out.line(0, `Endpoints:\t${endpointsText(slices, (slicePort) => (slicePort.name ?? '') === (name ?? ''))}`);
  }
  out.line(0, `Session Affinity:\t${spec?.sessionAffinity ?? ''}`);
  if (spec?.externalTrafficPolicy) out.line(0, `External Traffic Policy:\t${spec.externalTrafficPolicy}`);
  if (spec?.internalTrafficPolicy) out.line(0, `Internal Traffic Policy:\t${spec.internalTrafficPolicy}`);
  if (spec?.healthCheckNodePort) out.line(0, `HealthCheck NodePort:\t${spec.healthCheckNodePort}`);
  if (spec?.loadBalancerSourceRanges?.length) out.line(0, `LoadBalancer Source Ranges:\t${spec.loadBalancerSourceRanges.join(',')}`);
  if (spec?.trafficDistribution) out.line(0, `Traffic Distribution:\t${spec.trafficDistribution}`);
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};

export const slicesOf = (around: Surroundings, namespace: string | undefined, service: string): Promise<V1EndpointSlice[]> =>
  around.list<V1EndpointSlice>('endpointslices.discovery.k8s.io', namespace, { labelSelector: `kubernetes.io/service-name=${service}` });

type SlicePort = NonNullable<V1EndpointSlice['ports']>[number];

/** The first three ready addresses with the port, and how many more there are. */
export function endpointsText(slices: readonly V1EndpointSlice[], wanted: (port: SlicePort) => boolean): string {
  const all: string[] = [];
  for (const { ports, endpoints } of slices) {
    for (const { port } of (ports ?? []).filter(wanted)) {
      for (const { addresses, conditions } of endpoints ?? []) {
        if (conditions?.ready === false) continue;
        for (const address of addresses) all.push(`${address.includes(':') ? `[${address}]` : address}:${port ?? ''}`);
      }
    }
  }
  if (all.length === 0) return slices.length === 0 ? '<none>' : '';
  return all.length <= 3 ? all.join(',') : `${all.slice(0, 3).join(',')} + ${all.length - 3} more...`;
}

export const describeEndpoints: Describe = async (object, around) => {
  const { metadata = {}, subsets = [] } = object as unknown as V1Endpoints;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, 'Subsets:');
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    out.line(1, `Addresses:\t${addresses.map(({ ip }) => ip).join(',') || '<none>'}`);
    out.line(1, `NotReadyAddresses:\t${notReadyAddresses.map(({ ip }) => ip).join(',') || '<none>'}`);
    if (ports.length > 0) {
      out.line(1, 'Ports:');
      out.line(2, 'Name\tPort\tProtocol');
      out.line(2, '----\t----\t--------');
      for (const { name, port, protocol = 'TCP' } of ports) out.line(2, `${name || '<unset>'}\t${port}\t${protocol}`);
    }
    out.line(0);
  }
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};

export const describeEndpointSlice: Describe = async (object, around) => {
  const { metadata = {}, addressType, ports, endpoints } = object as unknown as V1EndpointSlice;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, `AddressType:\t${addressType}`);
  if (!ports?.length) out.line(0, 'Ports: <unset>');
  else {
    out.line(0, 'Ports:');
    out.line(1, 'Name\tPort\tProtocol');
    out.line(1, '----\t----\t--------');
    for (const { name, port, protocol = 'TCP' } of ports) out.line(1, `${name || '<unset>'}\t${port ?? '<unset>'}\t${protocol}`);
  }
  if (!endpoints?.length) out.line(0, 'Endpoints: <none>');
  else {
    out.line(0, 'Endpoints:');
    for (const { addresses, conditions, hostname, targetRef, nodeName, zone } of endpoints) {
      out.line(1, `- Addresses:\t${addresses.join(',')}`);
      out.line(2, 'Conditions:');
      out.line(3, `Ready:\t${conditions?.ready ?? '<unset>'}`);
      out.line(2, `Hostname:\t${hostname ?? '<unset>'}`);
      if (targetRef) out.line(2, `TargetRef:\t${targetRef.kind ?? ''}/${targetRef.name ?? ''}`);
      out.line(2, `NodeName:\t${nodeName ?? '<unset>'}`);
      out.line(2, `Zone:\t${zone ?? '<unset>'}`);
    }
  }
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};
