// The programs that make the cluster's network: who can reach whom, by which address and name.
import type { Client } from '../client/client.ts';
import type { Clock } from '../machinery/clock.ts';
import type { Loop } from '../machinery/loop.ts';
import type { Store } from '../machinery/store.ts';
import { createDns } from './dns.ts';
import { createKubeProxy } from './kube-proxy.ts';
import { createNetworkPolicies } from './policies.ts';

export interface NetworkDeps {
  client: Client;
  /** The whole state; tables lie under `/kubemu/net/`. */
  store: Store;
  clock: Clock;
}

export function networkLoops(deps: NetworkDeps): Loop[] {
  return [createKubeProxy(deps), createDns(deps), createNetworkPolicies(deps)];
}
