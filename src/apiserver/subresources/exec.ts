// Plays the `exec` and `attach` subresources of Pods: streams between the caller and the kubelet on the Pod's node.
import type { ApiResponse } from '../../machinery/http.ts';
import { badRequest } from '../../machinery/status.ts';
import type { Call } from '../call.ts';
import type { Server } from '../server.ts';
import { askKubelet, containerOf, kubeletAddress } from './kubelet.ts';

const STREAMS = ['stdin', 'stdout', 'stderr', 'tty'];

export const exec = (server: Server, call: Call): Promise<ApiResponse> => stream(server, call, 'exec');
export const attach = (server: Server, call: Call): Promise<ApiResponse> => stream(server, call, 'attach');

async function stream(server: Server, call: Call, what: 'exec' | 'attach'): Promise<ApiResponse> {
  const { info, resource } = call;
  const { query } = info;
  const pod = server.entry(resource, info.namespace, info.name).value;
  const { phase } = (pod.status ?? {}) as { phase?: string };
  if (phase === 'Succeeded' || phase === 'Failed') {
    throw badRequest(`cannot ${what} into a container in a completed pod; current phase is ${phase}`);
  }
  const container = containerOf(pod, query.get('container'));
  const { nodeName } = pod.spec as { nodeName?: string };
  if (!nodeName) throw badRequest(`pod ${info.name} does not have a host assigned`);
  if (!STREAMS.slice(0, 3).some((name) => query.flag(name))) throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  if (what === 'exec' && query.all('command').length === 0) throw badRequest('you must specify at least one command for the container');
  return askKubelet(server, call, {
    address: kubeletAddress(server, nodeName),
    method: 'POST',
    path: `/${what}/${info.namespace}/${info.name}/${container}`,
    query: [
      ...query.all('command').map((word): [string, string] => ['command', word]),
      ...STREAMS.filter((name) => query.flag(name)).map((name): [string, string] => [name, 'true']),
    ],
    dialing: 'error dialing backend',
  });
}
