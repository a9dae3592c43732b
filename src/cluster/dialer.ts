// The simulated network as whoever connects meets it: name → address → service translation → namespace → listener.
// Routing between nodes is left out: every Pod address is reachable from everywhere that network policies allow.
import type { Clock, Instant } from '../machinery/clock.ts';
import { type Connection, DialError, type Dialer, type Listener, type NetworkNamespace } from '../machinery/dialer.ts';
import type { ApiHandler, HttpRequest, HttpResponse } from '../machinery/http.ts';
import type { Random } from '../machinery/random.ts';
import { drawer, type Store } from '../machinery/store.ts';

export type Exchange = (
  listener: Listener,
  namespace: NetworkNamespace,
  port: number,
  request: HttpRequest,
  at: Instant,
  peek?: boolean,
) => Promise<HttpResponse>;

export interface DialerOptions {
  store: Store;
  clock: Clock;
  random: Random;
  /** Our code behind a listener's `component`: the namespace tells one kubelet from another. */
  component(name: string, namespace: NetworkNamespace): ApiHandler | undefined;
  /** False while a component's process runs but cannot open its port yet: kube-apiserver without etcd. */
  serves(component: string, namespace: NetworkNamespace): boolean;
  /** A request to a simulated process. */
  exchange: Exchange;
  /** Cluster DNS as seen from a namespace. */
  lookup(from: NetworkNamespace, host: string): { addresses: readonly string[]; reads: readonly string[] };
  /** What kube-proxy makes of an address and port; undefined when they are no service's. */
  translate(
    address: string,
    port: number,
    draw: number,
  ): { address: string; port: number; reads: readonly string[] } | { refused: true; reads: readonly string[] } | undefined;
  /** Network policies: what they do not allow is dropped. */
  allows(from: NetworkNamespace, to: NetworkNamespace, address: string, port: number): { allowed: boolean; reads: readonly string[] };
}

const NUMERIC = /^(\d{1,3}\.){3}\d{1,3}$|:/;

export function createDialer(options: DialerOptions): Dialer {
  const { store, clock, random } = options;
  const net = drawer(store, '/kubemu/net/');

  const resolve = (from: NetworkNamespace, host: string): { addresses: readonly string[]; reads: readonly string[] } => {
    if (NUMERIC.test(host)) return { addresses: [host], reads: [] };
    if (host === 'localhost') return { addresses: ['127.0.0.1'], reads: [] };
    return options.lookup(from, host);
  };

  return {
    resolve,
    async connect(from, host, port): Promise<Connection> {
      const { addresses, reads: nameReads } = resolve(from, host);
      const named = addresses[0];
      if (named === undefined) throw new DialError('no-such-host', host, port, nameReads);
      const reads = [...nameReads];

      let address = named;
      let target = port;
      const translated = options.translate(named, port, random.u32('service-endpoint', `${from}/${named}:${port}`, clock.now()));
      if (translated) {
        reads.push(...translated.reads);
        if ('refused' in translated) throw new DialError('refused', host, port, reads, named);
        ({ address, port: target } = translated);
      }

      const namespace = address.startsWith('127.') || address === '::1' ? from : net.get<NetworkNamespace>(`addresses/${address}`);
      reads.push(`/kubemu/net/addresses/${address}`);
      if (namespace === undefined) throw new DialError('timeout', host, port, reads, named);
      const passage = options.allows(from, namespace, address, target);
      reads.push(...passage.reads);
      if (!passage.allowed) throw new DialError('timeout', host, port, reads, named);

      const listenerKey = `listeners/${namespace}/${target}`;
      const listener = net.get<Listener>(listenerKey);
      reads.push(`/kubemu/net/${listenerKey}`);
      if (!listener || (listener.address?.startsWith('127.') && from !== namespace))
        throw new DialError('refused', host, port, reads, named);

      if (listener.component && !options.serves(listener.component, namespace)) throw new DialError('refused', host, port, reads, named);
      const api = listener.component ? options.component(listener.component, namespace) : undefined;
      if (api) return { address, port: target, reads, api };
      return {
        address,
        port: target,
        reads,
        exchange: (request, at, peek) => options.exchange(listener, namespace, target, request, at, peek),
      };
    },
  };
}
