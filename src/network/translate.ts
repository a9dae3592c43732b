// What the rules of kube-proxy do to a connection on its way out.
import { drawer, type Store } from '../machinery/store.ts';
import { NET, type Rule } from './kube-proxy.ts';

/** `reads` are the state keys whose change could change the outcome. */
export type Translation = { address: string; port: number; reads: readonly string[] } | { refused: true; reads: readonly string[] };

/**
 * Undefined when address and port are no Service's. A Service without endpoints refuses (REJECT).
 * @param draw 32 random bits that choose among the endpoints
 */
export function translate(store: Store, address: string, port: number, draw: number): Translation | undefined {
  const net = drawer(store, NET);
  const key = `rules/${address}/${port}`;
  const rule = net.get<Rule>(key);
  if (rule) return follow(rule, draw, [NET + key]);
  const nodePort = net.get<Rule>(`nodeports/${port}`);
  if (!nodePort || !isNode(store, net.get<string>(`addresses/${address}`))) return undefined;
  return follow(nodePort, draw, [`${NET}nodeports/${port}`]);
}

function follow({ endpoints }: Rule, draw: number, reads: readonly string[]): Translation {
  const chosen = endpoints[draw % Math.max(1, endpoints.length)];
  if (chosen === undefined) return { refused: true, reads };
  const colon = chosen.lastIndexOf(':');
  return { address: chosen.slice(0, colon), port: Number(chosen.slice(colon + 1)), reads };
}

/** The addresses of nodes lead to the node's own network namespace, which has its name. */
function isNode(store: Store, namespace: string | undefined): boolean {
  if (namespace === undefined) return false;
  for (const _ of store.keys(`/kubemu/nodes/${namespace}/`)) return true;
  return false;
}
