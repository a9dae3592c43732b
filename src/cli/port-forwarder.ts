// Plays client-go's portforward: listens on this computer, and sends what comes to a port of a Pod. Every request is a command of its
// own, so that nothing is held while nobody asks. Only HTTP is known to the simulated processes.
import { type AddressInfo, createServer, isIP, type Server, type Socket } from 'node:net';
import type { StreamChunk } from '../machinery/http.ts';
import { nextRequest } from '../machinery/http-wire.ts';
import type { ForwardedPort } from './forwarded-ports.ts';
import { KubectlError } from './verb.ts';

export interface Forwarding {
  addresses: readonly string[];
  ports: readonly ForwardedPort[];
  /** What a port of the Pod answers to these bytes, a request. */
  send(remote: number, bytes: Uint8Array): AsyncIterable<StreamChunk>;
  out(line: string): void;
  err(line: string): void;
  /** The connection to the Pod is lost. */
  lost(local: number, remote: number, why: string): void;
}

interface Address {
  text: string;
  family: 4 | 6;
}

/** Listens on all ports; the servers that do. */
export async function forward(forwarding: Forwarding): Promise<readonly Server[]> {
  const addresses = forwarding.addresses.flatMap(addressesOf);
  const servers: Server[] = [];
  for (const port of forwarding.ports) {
    const problems: string[] = [];
    let { local } = port;
    for (const { text, family } of addresses) {
      try {
        const server = await listen(forwarding, { ...port, local }, text);
        // The other address of a port that was left to choose gets the same one.
        local = (server.address() as AddressInfo).port;
        servers.push(server);
        forwarding.out(`Forwarding from ${family === 6 ? `[${text}]` : text}:${local} -> ${port.remote}`);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        const shown = family === 6 ? `[${text}]` : text;
        problems.push(`unable to create listener: Error listen tcp${family} ${shown}:${port.local}: bind: ${WORDS[code ?? ''] ?? code}`);
      }
    }
    if (problems.length === addresses.length) {
      forwarding.err(
        `Unable to listen on port ${port.local}: Listeners failed to create with the following errors: [${problems.join(' ')}]`,
      );
    }
  }
  if (servers.length > 0) return servers;
  const asked = forwarding.ports.map(({ local, remote }) => `{${local} ${remote}}`).join(' ');
  throw new KubectlError(`unable to listen on any of the requested ports: [${asked}]`);
}

const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use',
  EADDRNOTAVAIL: 'cannot assign requested address',
  EACCES: 'permission denied',
};

function addressesOf(text: string): Address[] {
  if (text === 'localhost') {
    return [
      { text: '127.0.0.1', family: 4 },
      { text: '::1', family: 6 },
    ];
  }
  const family = isIP(text);
  if (family === 0) throw new KubectlError(`${text} is not a valid IP`);
  return [{ text, family: family as 4 | 6 }];
}

function listen(forwarding: Forwarding, { local, remote }: ForwardedPort, address: string): Promise<Server> {
  const server = createServer((socket) => {
    const port = (server.address() as AddressInfo | null)?.port ?? local;
    forwarding.out(`Handling connection for ${port}`);
    serve(forwarding, port, remote, socket).catch((error: unknown) => {
      socket.destroy();
      forwarding.lost(port, remote, error instanceof Error ? error.message : String(error));
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(local, address, () => resolve(server));
  });
}

async function serve(forwarding: Forwarding, local: number, remote: number, socket: Socket): Promise<void> {
  let bytes: Buffer = Buffer.alloc(0);
  for await (const piece of socket as AsyncIterable<Buffer>) {
    bytes = Buffer.concat([bytes, piece]);
    for (let parsed = nextRequest(bytes); parsed; parsed = nextRequest(bytes)) {
      const request = parsed === 'no HTTP' ? bytes : bytes.subarray(0, bytes.length - parsed.rest.length);
      bytes = parsed === 'no HTTP' ? Buffer.alloc(0) : parsed.rest;
      for await (const { channel, data } of forwarding.send(remote, request)) {
        if (channel === 'error') {
          socket.destroy();
          forwarding.lost(local, remote, String(data));
          return;
        }
        socket.write(data as Uint8Array);
      }
      if (parsed === 'no HTTP' || parsed.request.headers.connection?.toLowerCase() === 'close') {
        socket.end();
        return;
      }
    }
  }
}
