// `kubemu serve`: an open cluster behind listeners, with an authority of its own, and a kubeconfig that leads there.
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { Listener } from '../apiserver/https/listener.ts';
import { type KeyPair, newAuthority } from '../apiserver/keys/root.ts';
import { MOST_HEADERS, REQUEST_HEADER } from '../client/socket-wire.ts';
import { wallNow } from '../machinery/clock.ts';
import { makeFolder } from '../machinery/make-folder.ts';
import { writeYaml } from '../machinery/yaml-write.ts';
import { controlPlaneOf } from './facts.ts';
import type { ServerFlags } from './serve/flags.ts';
import { openServed } from './serve/open-served.ts';
import type { ServedCluster } from './serve/served.ts';

export interface ServeOptions {
  stateFile: string;
  bindAddress: string;
  /** 0 for any that is free. */
  securePort: number;
  /** Plain HTTP; off when absent. */
  insecurePort?: number;
  /** Where the kubeconfig goes. */
  kubeconfig: string;
  env: Readonly<Record<string, string | undefined>>;
  /** kube-apiserver's own flags. */
  flags?: ServerFlags;
  report(problem: string): void;
}

export interface Serving {
  /** `https://127.0.0.1:6443` */
  url: string;
  insecureUrl: string | undefined;
  kubeconfig: string;
  served: ServedCluster;
  close(): Promise<void>;
}

export async function serve(options: ServeOptions): Promise<Serving> {
  const { bindAddress, report } = options;
  const settings = options.flags ? await (await import('./serve/flags.ts')).serverSettings(options.flags) : undefined;
  const { path: socketPath, remove } = socketFor(options.stateFile);
  const served = await openServed({
    ...options,
    socket: socketPath,
    apiserverOptions: settings?.options,
    components: settings?.components,
    serviceCIDR: settings?.serviceCIDR,
  }).catch((error: unknown) => {
    remove();
    throw error;
  });
  const listeners: Listener[] = [];
  let own: Listener | undefined;
  try {
    const [{ listen }, pki] = await Promise.all([import('../apiserver/https/listener.ts'), certificates(served, bindAddress)]);
    const backend = served.handle.bind(served);
    const { ownEnd } = await import('./serve/own-ends.ts');
    const socket = { path: socketPath, header: REQUEST_HEADER, maxHeaders: MOST_HEADERS, own: ownEnd(served, report) };
    const tls = { server: pki.server, authority: pki.authority.certificate, clientAuthority: settings?.clientAuthority };
    const secure = await listen({ backend, address: bindAddress, port: options.securePort, tls, report });
    listeners.push(secure);
    if (options.insecurePort !== undefined) {
      listeners.push(await listen({ backend, address: '127.0.0.1', port: options.insecurePort, report }));
    }
    followProcess(served, listeners);
    own = await listen({ backend, address: '', port: 0, socket, report });
    const url = `https://${hostIn(bindAddress)}:${secure.port}`;
    writePrivately(options.kubeconfig, kubeconfigText(served, options, url, pki));
    return {
      url,
      insecureUrl: listeners[1] && `http://127.0.0.1:${listeners[1].port}`,
      kubeconfig: options.kubeconfig,
      served,
      async close() {
        const closed = [own, ...listeners].map((listener) => listener?.close());
        await served.close();
        await Promise.all(closed);
        remove();
      },
    };
  } catch (error) {
    await Promise.all([own, ...listeners].map((listener) => listener?.close()));
    await served.close();
    remove();
    throw error;
  }
}

/** The longest path that a socket can have is 103 bytes on some systems. */
const LONGEST_SOCKET = 100;

/** Beside the state file; where its path is too long for that, in a folder of its own. */
function socketFor(stateFile: string): { path: string; remove(): void } {
  const path = `${stateFile}.sock`;
  if (Buffer.byteLength(path) <= LONGEST_SOCKET) return { path, remove: () => undefined }; // goes with its listener
  const folder = mkdtempSync(join(tmpdir(), 'kubemu-'));
  return { path: join(folder, 'sock'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Connections are refused while the process of the control plane's static Pod does not run. */
function followProcess({ cluster: { facts, parts } }: ServedCluster, listeners: readonly Listener[]): void {
  const key = `/kubemu/net/listeners/${controlPlaneOf(facts).name}/6443`;
  parts.keyspace.watchPlain(key, () => {
    for (const listener of listeners) {
      if (parts.store.get(key) === undefined) listener.suspend();
      else listener.resume();
    }
  });
}

/** What listens on all addresses is reached by the loopback one. */
function hostIn(address: string): string {
  if (address === '0.0.0.0' || address === '::') return '127.0.0.1';
  return address.includes(':') ? `[${address}]` : address;
}

interface Pki {
  authority: KeyPair;
  server: KeyPair;
  admin: KeyPair;
}

const PKI = '/kubemu/pki/';

/** The cluster's certificates, made with the first `serve` and kept in the state. */
async function certificates(served: ServedCluster, bindAddress: string): Promise<Pki> {
  const { store, facts, random } = served.cluster.parts;
  const at = wallNow();
  const hosts = [
    ...new Set([
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      'kubernetes.default.svc.cluster.local',
      'localhost',
      controlPlaneOf(facts).name,
      '127.0.0.1',
      controlPlaneOf(facts).ip,
      facts.serviceIP,
      ...(['0.0.0.0', '::'].includes(bindAddress) ? [] : [bindAddress]),
    ]),
  ];
  const { covers, issue } = await import('../apiserver/https/certificates.ts');
  const found = (name: keyof Pki): KeyPair | undefined => store.get<KeyPair>(PKI + name);
  const made: Partial<Pki> = {};
  let authority = found('authority');
  if (!authority || !(await covers(authority, [], at))) authority = made.authority = newAuthority(random, at);
  const renews = made.authority !== undefined;
  let server = found('server');
  if (renews || !server || !(await covers(server, hosts, at))) {
    server = made.server = await issue(authority, { commonName: 'kube-apiserver', use: 'server', hosts }, at);
  }
  let admin = found('admin');
  if (renews || !admin || !(await covers(admin, [], at))) {
    admin = made.admin = await issue(
      authority,
      { commonName: 'kubernetes-admin', organizations: ['kubeadm:cluster-admins'], use: 'client' },
      at,
    );
  }
  if (Object.keys(made).length > 0) {
    await served.change(() => {
      for (const [name, pair] of Object.entries(made)) store.put(PKI + name, pair);
    });
    if (made.authority) await publish(served, made.authority.certificate);
  }
  return { authority, server, admin };
}

/** Where the API server tells whom it trusts; from there every namespace gets its `kube-root-ca.crt`. */
async function publish(served: ServedCluster, certificate: string): Promise<void> {
  const answer = await served.handle({
    method: 'PATCH',
    path: '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication',
    contentType: 'application/merge-patch+json',
    body: { data: { 'client-ca-file': certificate } },
    credentials: { certificate: { commonName: 'system:apiserver', organizations: ['system:masters'] } },
    userAgent: 'kube-apiserver/v1.36.0',
  });
  if (answer.code >= 400 && answer.code !== 404) throw new Error(`the authority could not be published: ${answer.code}`);
}

/** Leads the real kubectl to the listener, and kubemu's own to the state file behind it. */
function kubeconfigText(served: ServedCluster, { stateFile }: ServeOptions, server: string, { authority, admin }: Pki): string {
  const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  const { name } = served.cluster.facts;
  const user = `${name}-admin`;
  return writeYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server,
          'certificate-authority-data': base64(authority.certificate),
          extensions: [{ name: 'kubemu', extension: { state: stateFile } }],
        },
      },
    ],
    users: [{ name: user, user: { 'client-certificate-data': base64(admin.certificate), 'client-key-data': base64(admin.key) } }],
    contexts: [{ name: `${user}@${name}`, context: { cluster: name, user } }],
    'current-context': `${user}@${name}`,
  });
}

function writePrivately(path: string, text: string): void {
  if (!isAbsolute(path)) throw new Error(`the path of a kubeconfig must be absolute: ${path}`);
  makeFolder(dirname(path));
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, text, { mode: 0o600 });
  renameSync(beside, path);
}
