// Plays the `log` subresource of Pods: the kubelet on the Pod's node answers.
import type { ApiResponse } from '../../machinery/http.ts';
import { type FieldError, invalid } from '../../machinery/status.ts';
import { type Call, methodNotAllowed } from '../call.ts';
import type { Server } from '../server.ts';
import { askKubelet, containerOf, kubeletAddress } from './kubelet.ts';

const OPTIONS = [
  'follow',
  'insecureSkipTLSVerifyBackend',
  'limitBytes',
  'previous',
  'sinceSeconds',
  'sinceTime',
  'stream',
  'tailLines',
  'timestamps',
];

export async function log(server: Server, call: Call): Promise<ApiResponse> {
  const { info, resource } = call;
  if (info.verb !== 'get') throw methodNotAllowed();
  const { query } = info;
  checkOptions(call);
  const pod = server.entry(resource, info.namespace, info.name).value;
  const container = containerOf(pod, query.get('container'));
  const { nodeName } = pod.spec as { nodeName?: string };
  // Nobody has written anything yet for a Pod that is on no node.
  if (!nodeName) return { code: 200, body: '' };
  return askKubelet(server, call, {
    address: kubeletAddress(server, nodeName),
    method: 'GET',
    path: `/containerLogs/${info.namespace}/${info.name}/${container}`,
    query: OPTIONS.filter((name) => query.has(name) && query.get(name) !== 'false').map((name) => [name, query.get(name)]),
  });
}

function checkOptions({ info: { query, name } }: Call): void {
  const errors: FieldError[] = [];
  const atLeast = (field: string, least: number): void => {
    if (query.has(field) && Number(query.get(field)) < least) {
      errors.push({
        reason: 'FieldValueInvalid',
        field,
        message: `Invalid value: ${query.get(field)}: must be greater than ${least === 0 ? 'or equal to 0' : '0'}`,
      });
    }
  };
  atLeast('tailLines', 0);
  atLeast('limitBytes', 1);
  if (query.has('sinceSeconds') && query.has('sinceTime')) {
    errors.push({
      reason: 'FieldValueForbidden',
      field: '',
      message: 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
    });
  } else atLeast('sinceSeconds', 1);
  if (errors.length) throw invalid({ group: '', kind: 'PodLogOptions' }, name, errors);
}
