// The one way to reach anything over the simulated network. `cluster` fills it in; it answers as the network would.
import type { Instant } from './clock.ts';
import type { ApiHandler, HttpRequest, HttpResponse } from './http.ts';

/**
 * Where a connection starts or ends: a network namespace. A node's name for the host and for hostNetwork Pods, a Pod's uid for other
 * Pods, `outside` for the person at the keyboard.
 */
export type NetworkNamespace = string;

export type DialFailure = 'refused' | 'timeout' | 'no-route' | 'no-such-host';

/** A connection that did not come about. */
export class DialError extends Error {
  constructor(
    readonly failure: DialFailure,
    readonly host: string,
    readonly port: number,
    /** State keys whose change could change the outcome. */
    readonly reads: readonly string[],
    /** The address that the name resolved to, if it did. */
    readonly address?: string,
  ) {
    super(`dial tcp ${address ?? host}:${port}: ${goWords[failure]}`);
    this.name = 'DialError';
  }
}

const goWords: Record<DialFailure, string> = {
  refused: 'connect: connection refused',
  timeout: 'i/o timeout',
  'no-route': 'connect: no route to host',
  'no-such-host': 'no such host',
};

/** An established connection: what the other side serves. Exactly one of the handlers is there for a server that speaks it. */
export interface Connection {
  /** The numeric address reached, after DNS and service translation. */
  address: string;
  port: number;
  reads: readonly string[];
  /** A component (kube-apiserver, kubelet) that speaks the API. */
  api?: ApiHandler;
  /** A simulated process that speaks HTTP. `peek` asks what it would answer at `at`, without its having been asked. */
  exchange?: (request: HttpRequest, at: Instant, peek?: boolean) => Promise<HttpResponse>;
}

export interface Dialer {
  /** Throws {@link DialError}. `host` is a name or an address. */
  connect(from: NetworkNamespace, host: string, port: number): Promise<Connection>;
  /** Name to addresses as seen from `from`; an empty list when there is no such host. */
  resolve(from: NetworkNamespace, host: string): { addresses: readonly string[]; reads: readonly string[] };
}

/**
 * The network's state, kept under `/kubemu/net/`: `addresses/<ip>` holds a namespace, `listeners/<namespace>/<port>` a {@link Listener}.
 * CNI and nodes write addresses; the container runtime and systemd units write listeners.
 */
export interface Listener {
  /** The Pod's uid and container, or a systemd unit's name. */
  pod?: string;
  container?: string;
  unit?: string;
  /** A component of the control plane whose code is ours: `kube-apiserver`, `kubelet`, `etcd` … */
  component?: string;
  /** The address bound: `0.0.0.0` when absent. */
  address?: string;
}
