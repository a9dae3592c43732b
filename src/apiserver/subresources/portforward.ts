// Plays the `portforward` subresource of Pods: the kubelet on the Pod's node opens the connection.
import type { ApiResponse } from '../../machinery/http.ts';
import { badRequest } from '../../machinery/status.ts';
import type { Call } from '../call.ts';
import type { Server } from '../server.ts';
import { askKubelet, kubeletAddress } from './kubelet.ts';

export async function portforward(server: Server, call: Call): Promise<ApiResponse> {
  const { info, resource } = call;
  const pod = server.entry(resource, info.namespace, info.name).value;
  const { nodeName } = pod.spec as { nodeName?: string };
  if (!nodeName) throw badRequest(`pod ${info.name} does not have a host assigned`);
  return askKubelet(server, call, {
    address: kubeletAddress(server, nodeName),
    method: 'POST',
    path: `/portForward/${info.namespace}/${info.name}`,
    query: info.query.all('ports').map((port) => ['ports', port]),
    dialing: 'error dialing backend',
  });
}
