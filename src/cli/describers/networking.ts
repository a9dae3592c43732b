// `describe` of ingresses and network policies.
import type {
  V1Ingress,
  V1IngressBackend,
  V1NetworkPolicy,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
  V1Service,
} from '../../api/generated/types.ts';
import { parseTime, rfc3339 } from '../../machinery/clock.ts';
import { selectorText } from '../../machinery/label-selector.ts';
import type { Describe, Surroundings } from './describer.ts';
import { Description } from './description.ts';
import { describeEvents } from './events.ts';
import { endpointsText, slicesOf } from './service.ts';

export const describeIngress: Describe = async (object, around) => {
  const { metadata = {}, spec, status } = object as unknown as V1Ingress;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.labels('Labels', metadata.labels);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.line(0, `Address:\t${(status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname).join(',')}`);
  out.line(0, `Ingress Class:\t${spec?.ingressClassName ?? '<none>'}`);
  const fallback = spec?.defaultBackend;
  const text = (backend: V1IngressBackend): Promise<string> => backendText(around, metadata.namespace, backend);
  out.line(0, `Default backend:\t${fallback ? await text(fallback) : '<default>'}`);
  if (spec?.tls?.length) {
    out.line(0, 'TLS:');
    for (const { secretName, hosts = [] } of spec.tls) {
      out.line(1, secretName ? `${secretName} terminates ${hosts.join(',')}` : `SNI routes ${hosts.join(',')}`);
    }
  }
  out.line(0, 'Rules:');
  out.line(1, 'Host\tPath\tBackends');
  out.line(1, '----\t----\t--------');
  const rules = (spec?.rules ?? []).filter(({ http }) => http);
  for (const { host, http } of rules) {
    out.line(1, `${host || '*'}\t`);
    for (const { path = '', backend } of http?.paths ?? []) out.line(2, `\t${path} \t${await text(backend)}`);
  }
  if (rules.length === 0) out.line(1, `*\t*\t${fallback ? await text(fallback) : '<default>'}`);
  out.annotations(metadata.annotations);
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};

/** `web:80 (10.0.1.4:80)`. */
async function backendText(around: Surroundings, namespace: string | undefined, { service, resource }: V1IngressBackend): Promise<string> {
  if (!service) return `APIGroup: ${resource?.apiGroup ?? '<none>'}, Kind: ${resource?.kind ?? ''}, Name: ${resource?.name ?? ''}`;
  const wanted = service.port?.number ?? service.port?.name ?? '';
  const [found] = await around.list<V1Service>('services', namespace, { fieldSelector: `metadata.name=${service.name}` });
  if (!found) return `${service.name}:${wanted} (<error: services ${JSON.stringify(service.name)} not found>)`;
  const port = found.spec?.ports?.find((one) => one.port === wanted || one.name === wanted);
  const slices = await slicesOf(around, namespace, service.name);
  return `${service.name}:${wanted} (${endpointsText(slices, ({ name }) => (name ?? '') === (port?.name ?? ''))})`;
}

export const describeNetworkPolicy: Describe = async (object) => {
  const { metadata = {}, spec } = object as unknown as V1NetworkPolicy;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.line(
    0,
    `Created on:\t${rfc3339(parseTime(metadata.creationTimestamp ?? '') || 0)
      .replace('T', ' ')
      .replace('Z', ' +0000 UTC')}`,
  );
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, 'Spec:');
  const selector = selectorText(spec?.podSelector ?? {});
  out.line(1, `PodSelector:     ${selector || '<none> (Allowing the specific traffic to all pods in this namespace)'}`);
  const types = spec?.policyTypes ?? [];
  if (types.includes('Ingress')) {
    out.line(1, 'Allowing ingress traffic:');
    describeRules(
      out,
      (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports })),
      INGRESS,
    );
  } else out.line(1, 'Not affecting ingress traffic');
  if (types.includes('Egress')) {
    out.line(1, 'Allowing egress traffic:');
    describeRules(
      out,
      (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports })),
      EGRESS,
    );
  } else out.line(1, 'Not affecting egress traffic');
  out.line(1, `Policy Types: ${types.join(', ')}`);
  return out.toString();
};

interface Direction {
  title: 'From' | 'To';
  isolated: string;
  anybody: string;
}
const INGRESS: Direction = {
  title: 'From',
  isolated: '<none> (Selected pods are isolated for ingress connectivity)',
  anybody: 'From: <any> (traffic not restricted by source)',
};
const EGRESS: Direction = {
  title: 'To',
  isolated: '<none> (Selected pods are isolated for egress connectivity)',
  anybody: 'To: <any> (traffic not restricted by destination)',
};

interface Rule {
  peers: readonly V1NetworkPolicyPeer[] | undefined;
  ports: readonly V1NetworkPolicyPort[] | undefined;
}

function describeRules(out: Description, rules: readonly Rule[], direction: Direction): void {
  if (rules.length === 0) out.line(2, direction.isolated);
  rules.forEach(({ peers = [], ports = [] }, i) => {
    if (ports.length === 0) out.line(2, 'To Port: <any> (traffic allowed to all ports)');
    for (const { port, endPort, protocol = 'TCP' } of ports)
      out.line(2, `To Port: ${port ?? '<any>'}${endPort ? `-${endPort}` : ''}/${protocol}`);
    if (peers.length === 0) out.line(2, direction.anybody);
    for (const peer of peers) {
      out.line(2, `${direction.title}:`);
      for (const line of peerLines(peer)) out.line(3, line);
    }
    if (i < rules.length - 1) out.line(2, '----------');
  });
}

function peerLines({ podSelector, namespaceSelector, ipBlock }: V1NetworkPolicyPeer): string[] {
  if (ipBlock) return ['IPBlock:', `  CIDR: ${ipBlock.cidr}`, `  Except: ${(ipBlock.except ?? []).join(', ')}`];
  return [
    ...(namespaceSelector ? [`NamespaceSelector: ${selectorText(namespaceSelector) || '<none>'}`] : []),
    ...(podSelector ? [`PodSelector: ${selectorText(podSelector) || '<none>'}`] : []),
  ];
}
