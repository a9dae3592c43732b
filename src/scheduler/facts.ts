// Reads what the plugins need to know about one Pod, and nothing else: a Pod that asks nothing about other Pods has none of them read.

import { ReplicaSet } from '../api/apps/replicaset.ts';
import { StatefulSet } from '../api/apps/statefulset.ts';
import { Namespace } from '../api/core/namespace.ts';
import type { Pod } from '../api/core/pod.ts';
import { ReplicationController } from '../api/core/replicationcontroller.ts';
import { Service } from '../api/core/service.ts';
import type { V1PodAffinityTerm } from '../api/generated/types.ts';
import type { Client } from '../client/client.ts';
import { type Labels, selects } from '../machinery/label-selector.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { NodeInfo } from './node-info.ts';
import type { PlacedPods } from './placed-pods.ts';
import type { Facts, Placed } from './plugin.ts';
import { resourceClaimsOf } from './resource-claims.ts';
import { DEFAULTS, defaultQuestion, ownSpreads, type Spread } from './spread.ts';
import { NO_VOLUMES, volumesOf } from './volumes.ts';

export const NO_FACTS: Facts = {
  namespaces: new Map(),
  volumes: NO_VOLUMES,
  spreads: [],
  placed: [],
  nodesWith: () => 0,
  resourceClaims: undefined,
};

export interface Sources {
  client: Client;
  pods: PlacedPods;
  nodes: readonly NodeInfo[];
  /** `namespace/name` of all Pods with pod affinity or anti-affinity. */
  affinePods: Iterable<string>;
  nodesWith(image: string): number;
}

export async function factsOf(pod: Pod, { client, pods, nodes, affinePods, nodesWith }: Sources): Promise<Facts> {
  const placed = new Map<string, Placed>();
  for (const key of affinePods) {
    const one = await pods.one(key);
    if (one) placed.set(one.pod.metadata.uid, one);
  }
  const terms = termsOf(pod);
  const asksNamespaces = terms.some(({ namespaceSelector }) => namespaceSelector) || placed.size > 0;
  const namespaces = asksNamespaces ? await namespaceLabels(client) : NO_FACTS.namespaces;
  for (const namespace of meant(terms, pod, namespaces)) {
    for (const [uid, one] of await pods.inNamespace(namespace)) placed.set(uid, one);
  }
  return {
    namespaces,
    volumes: pod.spec.volumes?.length ? await volumesOf(client, pod, nodes) : NO_VOLUMES,
    spreads: await spreadsOf(pod, client, pods),
    placed: placed.size > 0 ? [...placed.values()] : NO_FACTS.placed,
    nodesWith,
    resourceClaims: pod.spec.resourceClaims?.length ? await resourceClaimsOf(client, pod) : undefined,
  };
}

async function namespaceLabels(client: Client): Promise<ReadonlyMap<string, Labels>> {
  return new Map((await client.list(Namespace)).map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
}

/** The Pod's own affinity and anti-affinity terms. */
function termsOf({ spec }: Pod): V1PodAffinityTerm[] {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  return [podAffinity, podAntiAffinity].flatMap((each) => [
    ...(each?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(each?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
}

/** The namespaces that the terms speak of; a term that names none means the Pod's own. */
function meant(terms: readonly V1PodAffinityTerm[], pod: Pod, namespaces: ReadonlyMap<string, Labels>): Set<string> {
  const found = new Set<string>();
  for (const { namespaces: named = [], namespaceSelector } of terms) {
    if (named.length === 0 && !namespaceSelector) found.add(pod.metadata.namespace ?? '');
    for (const name of named) found.add(name);
    if (namespaceSelector) for (const [name, labels] of namespaces) if (selects(namespaceSelector, labels)) found.add(name);
  }
  return found;
}

async function spreadsOf(pod: Pod, client: Client, pods: PlacedPods): Promise<readonly Spread[]> {
  if (pod.spec.topologySpreadConstraints?.length) {
    const spreads: Spread[] = [];
    for (const { constraint, question } of ownSpreads(pod)) spreads.push({ constraint, group: await pods.group(question), isOwn: true });
    return spreads;
  }
  const { namespace } = pod.metadata;
  const services = await client.list(Service, namespace ? { namespace } : {});
  const question = defaultQuestion(pod, services, await spreadingOwner(pod, client));
  if (!question) return NO_FACTS.spreads;
  const group = await pods.group(question);
  return DEFAULTS.map((constraint) => ({ constraint, group, isOwn: false }));
}

/** The controller, where it is one that selects its Pods. */
async function spreadingOwner({ metadata }: Pod, client: Client): Promise<KubeObject | undefined> {
  const { namespace } = metadata;
  const { kind, name = '', uid } = metadata.ownerReferences?.find(({ controller }) => controller) ?? {};
  const get = (): Promise<KubeObject | undefined> | undefined => {
    if (kind === 'ReplicaSet') return client.get(ReplicaSet, { namespace, name });
    if (kind === 'StatefulSet') return client.get(StatefulSet, { namespace, name });
    return kind === 'ReplicationController' ? client.get(ReplicationController, { namespace, name }) : undefined;
  };
  const owner = await get();
  return owner?.metadata.uid === uid ? owner : undefined;
}
