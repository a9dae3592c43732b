// Plays calico's felix: NetworkPolicies, and the labels of Pods and namespaces that they select by, lie ready for whoever connects. Pods
// are followed only while there is a policy at all.
import { Namespace } from '../api/core/namespace.ts';
import { Pod } from '../api/core/pod.ts';
import type { V1NetworkPolicySpec } from '../api/generated/types.ts';
import { NetworkPolicy } from '../api/networking/networkpolicy.ts';
import type { Client } from '../client/client.ts';
import { jsonEqual } from '../machinery/equal.ts';
import type { Loop } from '../machinery/loop.ts';
import { type KubeObject, keyOf, parseKey } from '../machinery/object.ts';
import { drawer, type Store } from '../machinery/store.ts';
import { NET } from './kube-proxy.ts';

/** `/kubemu/net/policies/<namespace>/<name>` holds a policy's spec; this key counts their changes, and is absent without any. */
export const POLICIES = 'policies';
/** `/kubemu/net/endpoints/<pod uid>` */
export const ENDPOINTS = 'endpoints/';
/** `/kubemu/net/labels/<namespace>` */
export const NAMESPACE_LABELS = 'labels/';

export type PolicySpec = V1NetworkPolicySpec;

/** What policies know of a Pod. */
export interface PolicyEndpoint {
  namespace: string;
  node: string;
  address?: string;
  labels: Readonly<Record<string, string>>;
  /** Named container ports. */
  ports?: Readonly<Record<string, number>>;
}

export function createNetworkPolicies({ client, store }: { client: Client; store: Store }): Loop {
  const net = drawer(store, NET);
  const keep = (key: string, value: unknown): void => {
    if (value === undefined) net.delete(key);
    else if (!jsonEqual(net.get(key), value)) net.put(key, value);
  };
  const isWatching = (): boolean => net.get(POLICIES) !== undefined;
  const keepPod = (pod: Pod): void => {
    if (pod.spec.nodeName && !pod.spec.hostNetwork) keep(ENDPOINTS + pod.metadata.uid, endpointOf(pod));
  };
  const keepNamespace = ({ metadata }: KubeObject): void => keep(NAMESPACE_LABELS + metadata.name, metadata.labels ?? {});

  const begin = async (): Promise<void> => {
    for (const pod of await client.list(Pod)) keepPod(pod);
    for (const namespace of await client.list(Namespace)) keepNamespace(namespace);
  };
  const end = (): void => {
    for (const prefix of [ENDPOINTS, NAMESPACE_LABELS]) for (const key of [...net.keys(prefix)]) net.delete(key);
    net.delete(POLICIES);
  };

  return {
    name: 'network-policies',
    watches: [
      { resource: NetworkPolicy.resource, keys: ({ object }) => [`policy/${keyOf(object)}`] },
      {
        resource: Pod.resource,
        *keys({ type, object, old }) {
          if (!isWatching()) return;
          if (type === 'DELETED') yield `gone/${object.metadata.uid}`;
          else if (!old || !jsonEqual(endpointOf(old as Pod), endpointOf(object as Pod))) yield `pod/${keyOf(object)}`;
        },
      },
      { resource: Namespace.resource, keys: ({ object }) => (isWatching() ? [`namespace/${object.metadata.name}`] : []) },
    ],
    async reconcile(key) {
      const slash = key.indexOf('/');
      const name = key.slice(slash + 1);
      switch (key.slice(0, slash)) {
        case 'policy': {
          const policy = await client.get(NetworkPolicy, parseKey(name));
          if (policy && !isWatching()) await begin();
          const at = `${POLICIES}/${name}`;
          const known = net.get(at);
          if (policy ? jsonEqual(known, policy.spec) : known === undefined) break;
          keep(at, policy?.spec);
          if (net.keys(`${POLICIES}/`)[Symbol.iterator]().next().done) end();
          else net.put(POLICIES, (net.get<number>(POLICIES) ?? 0) + 1);
          break;
        }
        case 'pod': {
          const pod = await client.get(Pod, parseKey(name));
          if (pod && isWatching()) keepPod(pod);
          break;
        }
        case 'gone':
          if (net.get(ENDPOINTS + name) !== undefined) net.delete(ENDPOINTS + name);
          break;
        case 'namespace': {
          const namespace = await client.get(Namespace, { name });
          if (namespace && isWatching()) keepNamespace(namespace);
          else if (net.get(NAMESPACE_LABELS + name) !== undefined) net.delete(NAMESPACE_LABELS + name);
        }
      }
      return undefined;
    },
  };
}

function endpointOf({ metadata, spec, status }: Pod): PolicyEndpoint {
  const named = spec.containers
    .flatMap(({ ports }) => ports ?? [])
    .flatMap(({ name, containerPort }) => (name ? [[name, containerPort]] : []));
  return {
    namespace: metadata.namespace ?? '',
    node: spec.nodeName ?? '',
    ...(status?.podIP ? { address: status.podIP } : {}),
    labels: metadata.labels ?? {},
    ...(named.length > 0 ? { ports: Object.fromEntries(named) as Record<string, number> } : {}),
  };
}
