// Plays the `proxy` subresource of Nodes, Pods and Services: an HTTP exchange with what runs behind them. Upgraded connections are left out.
import type { V1PodSpec, V1PodStatus, V1ServiceSpec } from '../../api/generated/types.ts';
import { type Connection, DialError } from '../../machinery/dialer.ts';
import type { ApiResponse } from '../../machinery/http.ts';
import { badRequest, failure } from '../../machinery/status.ts';
import type { Call } from '../call.ts';
import type { Server } from '../server.ts';
import { askKubelet, kubeletAddress } from './kubelet.ts';

export async function nodeProxy(server: Server, call: Call): Promise<ApiResponse> {
  const { name } = target(call.info.name);
  const query = [...new URLSearchParams(queryText(call))].map(([key, value]): [string, string] => [key, value]);
  return askKubelet(server, call, { address: kubeletAddress(server, name), method: call.request.method, path: restOf(call), query });
}

export async function podProxy(server: Server, call: Call): Promise<ApiResponse> {
  const { name, port } = target(call.info.name);
  const pod = server.entry(call.resource, call.info.namespace, name).value;
  const { podIP } = (pod.status ?? {}) as V1PodStatus;
  const { containers } = pod.spec as V1PodSpec;
  const ports = containers.flatMap((container) => container.ports ?? []);
  const number = port === '' ? (ports[0]?.containerPort ?? 80) : (ports.find((one) => one.name === port)?.containerPort ?? Number(port));
  if (!podIP) throw failure(400, 'BadRequest', `address not allowed`);
  return exchange(server, call, podIP, number);
}

export async function serviceProxy(server: Server, call: Call): Promise<ApiResponse> {
  const { name, port } = target(call.info.name);
  const service = server.entry(call.resource, call.info.namespace, name).value;
  const { clusterIP, ports = [] } = service.spec as V1ServiceSpec;
  const found = port === '' ? ports[0] : ports.find((one) => one.name === port || String(one.port) === port);
  const id = `${call.info.namespace}/${name}`;
  if (!found) throw failure(503, 'ServiceUnavailable', `no service port ${JSON.stringify(port)} found for service ${JSON.stringify(name)}`);
  if (!clusterIP || clusterIP === 'None')
    throw failure(503, 'ServiceUnavailable', `no endpoints available for service ${JSON.stringify(id)}`);
  return exchange(server, call, clusterIP, found.port);
}

/** `[scheme:]name[:port]` */
function target(text: string): { name: string; port: string } {
  const parts = text.split(':');
  if (parts.length === 1) return { name: parts[0] ?? '', port: '' };
  if (parts.length === 2) return { name: parts[0] ?? '', port: parts[1] ?? '' };
  const [scheme, name = '', port = ''] = parts;
  if (parts.length > 3 || (scheme !== '' && scheme !== 'http' && scheme !== 'https'))
    throw badRequest(`invalid request ${JSON.stringify(text)}`);
  return { name, port };
}

const restOf = ({ info }: Call): string => `/${info.rest.join('/')}${info.rest.length && info.path.endsWith('/') ? '/' : ''}`;

function queryText({ request }: Call): string {
  const mark = request.path.indexOf('?');
  const given = Object.entries(request.query ?? {}).flatMap(([name, value]) =>
    (value === undefined ? [] : typeof value === 'string' ? [value] : value).map((one) => [name, one] as [string, string]),
  );
  return [mark < 0 ? '' : request.path.slice(mark + 1), new URLSearchParams(given).toString()].filter(Boolean).join('&');
}

async function exchange(server: Server, call: Call, host: string, port: number): Promise<ApiResponse> {
  const { deps } = server;
  let connection: Connection;
  try {
    connection = await deps.dialer.connect(deps.options.networkNamespace ?? 'controlplane', host, port);
  } catch (error) {
    if (!(error instanceof DialError)) throw error;
    throw failure(503, 'ServiceUnavailable', `error trying to reach service: ${error.message}`);
  }
  if (!connection.exchange) throw failure(503, 'ServiceUnavailable', 'error trying to reach service: EOF');
  const query = queryText(call);
  const { body } = call.request;
  const answer = await connection.exchange(
    {
      method: call.request.method,
      path: restOf(call) + (query ? `?${query}` : ''),
      host: `${host}:${port}`,
      headers: { 'user-agent': call.request.userAgent ?? '', 'x-forwarded-uri': call.info.path },
      body: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
    },
    deps.clock.now(),
  );
  return { code: answer.status, body: answer.body };
}
