// Connections to kube-apiserver that last, as client-go keeps them: until something of the network changes on which they rest.
import type { Connection, Dialer, NetworkNamespace } from '../machinery/dialer.ts';
import type { Keyspace } from '../state/keyspace.ts';

const NET = '/kubemu/net/';
/** What belongs to single Pods and nodes; anything else may change where any address leads. */
const OWN = ['addresses/', 'listeners/', 'namespaces/', 'ipam/', 'endpoints/', 'labels/'].map((part) => NET + part);

export interface KeptConnections {
  from(namespace: NetworkNamespace): Promise<Connection>;
  /** The keyspace was read again. */
  forget(): void;
}

/** @param node on which the server's port and etcd's are */
export function keptConnections(dialer: Dialer, keyspace: Keyspace, target: { ip: string; port: number; node: string }): KeptConnections {
  const kept = new Map<NetworkNamespace, Connection>();
  const ports = `${NET}listeners/${target.node}/`;
  keyspace.watchPlain(NET, (key) => {
    if (key.startsWith(ports) || !OWN.some((prefix) => key.startsWith(prefix))) return kept.clear();
    for (const [from, { reads }] of kept) if (reads.includes(key)) kept.delete(from);
  });
  return {
    async from(namespace) {
      const known = kept.get(namespace);
      if (known) return known;
      const connection = await dialer.connect(namespace, target.ip, target.port);
      kept.set(namespace, connection);
      return connection;
    },
    forget: () => kept.clear(),
  };
}
