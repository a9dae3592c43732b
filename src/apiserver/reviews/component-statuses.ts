// Plays the deprecated ComponentStatus list: asks scheduler, controller manager and etcd whether they are there.
import { DialError } from '../../machinery/dialer.ts';
import type { ApiResponse } from '../../machinery/http.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { notFound } from '../../machinery/status.ts';
import { type Call, methodNotAllowed } from '../call.ts';
import { representation } from '../negotiation.ts';
import type { Server } from '../server.ts';
import { tableOf } from '../table.ts';

const PORTS: Readonly<Record<string, number>> = { 'controller-manager': 10257, scheduler: 10259, 'etcd-0': 2379 };

export async function componentStatuses(server: Server, call: Call): Promise<ApiResponse> {
  const { info, resource, request } = call;
  if (info.verb !== 'get' && info.verb !== 'list') throw methodNotAllowed();
  call.warnings.push('v1 ComponentStatus is deprecated in v1.19+');
  if (info.name && PORTS[info.name] === undefined) throw notFound(resource.gr, info.name);
  const names = info.name ? [info.name] : Object.keys(PORTS);
  const items: KubeObject[] = [];
  for (const name of names) items.push(await statusOf(server, name));
  if (representation(request.accept) === 'table')
    return { code: 200, body: tableOf(resource, items, {}, 'Object', server.deps.clock.now()) };
  if (info.name) return { code: 200, body: items[0] };
  return { code: 200, body: { kind: 'ComponentStatusList', apiVersion: 'v1', metadata: {}, items } };
}

async function statusOf(server: Server, name: string): Promise<KubeObject> {
  const port = PORTS[name] ?? 0;
  const condition = { type: 'Healthy', status: 'True', message: 'ok' } as { type: string; status: string; message: string; error?: string };
  try {
    await server.deps.dialer.connect(server.deps.options.networkNamespace ?? 'controlplane', '127.0.0.1', port);
  } catch (error) {
    if (!(error instanceof DialError)) throw error;
    condition.status = 'False';
    condition.message = `Get "https://127.0.0.1:${port}/healthz": ${error.message}`;
  }
  return { kind: 'ComponentStatus', apiVersion: 'v1', metadata: { name } as KubeObject['metadata'], conditions: [condition] };
}
