// Plays the kubelet's server on port 10250: logs, exec, attach, port-forward and the list of Pods.
import type { Duration } from '../machinery/clock.ts';
import type { ApiRequest, ApiResponse } from '../machinery/http.ts';
import type { WakeUps } from '../machinery/loop.ts';
import type { Agent } from './agent.ts';
import { attachToContainer } from './attach.ts';
import { execInContainer } from './exec.ts';
import { containerLogs } from './logs.ts';
import { portForward } from './port-forward.ts';
import type { PodRecord } from './record.ts';

export type Pass = (limit?: Duration) => Promise<void>;

export async function serve(agent: Agent, pass: Pass, wakeUps: WakeUps, request: ApiRequest): Promise<ApiResponse> {
  const [verb = '', namespace = '', name = '', container = ''] = request.path.replace(/^\//, '').split('/').map(decodeURIComponent);
  if (verb === 'healthz') return { code: 200, body: 'ok' };
  if (verb === 'pods') return { code: 200, body: { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: podsOf(agent) } };
  const record = agent.store.get<PodRecord>(`/kubemu/kubelet/${agent.node}/pods/${namespace}/${name}`);
  switch (verb) {
    case 'containerLogs':
      return record ? containerLogs(agent, pass, record, container, request) : { code: 404, body: `pod "${name}" does not exist\n` };
    case 'exec':
      return record ? execInContainer(agent, pass, wakeUps, record, container, request) : { code: 404, body: 'pod does not exist\n' };
    case 'attach':
      return record ? attachToContainer(agent, pass, wakeUps, record, container, request) : { code: 404, body: 'pod does not exist\n' };
    case 'portForward':
      return record ? portForward(agent, record, request) : { code: 404, body: 'pod does not exist\n' };
    default:
      return { code: 501, body: `kubemu does not simulate the kubelet's ${verb} yet\n` };
  }
}

const podsOf = (agent: Agent): unknown[] => {
  const prefix = `/kubemu/kubelet/${agent.node}/pods/`;
  return [...agent.store.range<PodRecord>(prefix)].map(([, { name, namespace, uid }]) => ({ metadata: { name, namespace, uid } }));
};
