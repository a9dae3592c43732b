// Passes a request on to the kubelet of a Pod's node, as pkg/registry/core/pod's LogLocation, ExecLocation and their kin do.
import type { V1Container, V1Node, V1PodSpec } from '../../api/generated/types.ts';
import { type Connection, DialError } from '../../machinery/dialer.ts';
import type { ApiRequest, ApiResponse } from '../../machinery/http.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { badRequest, failure, notFound } from '../../machinery/status.ts';
import type { Call } from '../call.ts';
import type { Server } from '../server.ts';

const KUBELET_PORT = 10250;
/** The order in which kubeadm makes the server prefer a node's addresses. */
const PREFERRED_ADDRESSES = ['InternalIP', 'ExternalIP', 'Hostname'];

type PodSpec = V1PodSpec & { ephemeralContainers?: readonly { name: string }[] };

/** The container that a request means; refuses when that is not clear. */
export function containerOf(pod: KubeObject, asked: string): string {
  const { containers, initContainers = [], ephemeralContainers = [] } = pod.spec as PodSpec;
  const names = (list: readonly Pick<V1Container, 'name'>[]): string => list.map(({ name }) => name).join(' ');
  if (!asked) {
    if (containers.length === 1) return containers[0]?.name ?? '';
    let message = `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names(containers)}]`;
    if (initContainers.length) message += ` or one of the init containers: [${names(initContainers)}]`;
    if (ephemeralContainers.length) message += ` or one of the ephemeral containers: [${names(ephemeralContainers)}]`;
    throw badRequest(message);
  }
  const known = [...containers, ...initContainers, ...ephemeralContainers].some(({ name }) => name === asked);
  if (!known) throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
  return asked;
}

/** The address at which a node's kubelet answers. */
export function kubeletAddress(server: Server, node: string): string {
  const nodes = server.resources.find('', 'v1', 'nodes');
  const entry = nodes && server.storage.get(nodes, '', node);
  if (!entry) throw notFound({ group: '', resource: 'nodes' }, node);
  const { addresses = [] } = (entry.value.status ?? {}) as NonNullable<V1Node['status']>;
  for (const type of PREFERRED_ADDRESSES) {
    const found = addresses.find((address) => address.type === type);
    if (found) return found.address;
  }
  throw failure(500, 'InternalError', `Internal error occurred: no preferred addresses found; known addresses: []`);
}

export interface KubeletRequest {
  address: string;
  method: ApiRequest['method'];
  path: string;
  query: readonly [name: string, value: string][];
  /** What the error says when nobody answers; the URL alone would be said for logs. */
  dialing?: string;
}

export async function askKubelet(server: Server, call: Call, request: KubeletRequest): Promise<ApiResponse> {
  const { address, method, path, query, dialing } = request;
  const from = server.deps.options.networkNamespace ?? 'controlplane';
  let connection: Connection;
  try {
    connection = await server.deps.dialer.connect(from, address, KUBELET_PORT);
  } catch (error) {
    if (!(error instanceof DialError)) throw error;
    const url = `https://${address}:${KUBELET_PORT}${path}${query.length ? `?${encoded(query)}` : ''}`;
    throw failure(500, '', dialing ? `${dialing}: ${error.message}` : `${goVerb(method)} "${url}": ${error.message}`);
  }
  if (!connection.api) throw failure(500, '', `error dialing backend: remote error: tls: handshake failure`);
  const names = new Set(query.map(([name]) => name));
  const all = (wanted: string): string[] => query.filter(([name]) => name === wanted).map(([, value]) => value);
  const response = await connection.api({
    method,
    path,
    query: Object.fromEntries([...names].map((name) => [name, all(name)])),
    credentials: { certificate: { commonName: 'kube-apiserver-kubelet-client', organizations: ['system:masters'] } },
    ...(call.request.stdin ? { stdin: call.request.stdin } : {}),
  });
  if (response.code >= 400) throw kubeletRefusal(response, call);
  return response;
}

const goVerb = (method: string): string => method.charAt(0) + method.slice(1).toLowerCase();

function encoded(query: KubeletRequest['query']): string {
  return query
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value).replaceAll('%20', '+')}`)
    .sort()
    .join('&');
}

/** A kubelet refuses in plain text; clients get a Status. */
function kubeletRefusal(response: ApiResponse, { info, resource }: Call): Error {
  const { body } = response;
  const text = typeof body === 'string' ? body.trimEnd() : String((body as { message?: string } | undefined)?.message ?? '');
  if (response.code === 400) return badRequest(text);
  if (response.code === 500) return failure(500, 'InternalError', `Internal error occurred: ${text}`, { causes: [{ message: text }] });
  if (response.code === 404) {
    return failure(
      404,
      'NotFound',
      `the server could not find the requested resource ( ${resource.kind.names.plural}/${info.subresource} ${info.name})`,
      {
        name: info.name,
        kind: `${resource.kind.names.plural}/${info.subresource}`,
        causes: [{ reason: 'UnexpectedServerResponse', message: text }],
      },
    );
  }
  return failure(response.code, '', text);
}
