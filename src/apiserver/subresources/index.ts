// The table of contents: handlers of subresources other than `status`, by resource and name; `*` is any resource.
import type { ApiResponse } from '../../machinery/http.ts';
import type { Call } from '../call.ts';
import type { Server } from '../server.ts';
import { binding } from './binding.ts';
import { eviction } from './eviction.ts';
import { attach, exec } from './exec.ts';
import { log } from './log.ts';
import { portforward } from './portforward.ts';
import { nodeProxy, podProxy, serviceProxy } from './proxy.ts';
import { scale } from './scale.ts';
import { token } from './token.ts';

export type SubresourceHandler = (server: Server, call: Call) => Promise<ApiResponse>;

export const subresourceHandlers: Readonly<Record<string, SubresourceHandler>> = {
  '*/scale': scale,
  'nodes/proxy': nodeProxy,
  'pods/attach': attach,
  'pods/binding': binding,
  'pods/eviction': eviction,
  'pods/exec': exec,
  'pods/log': log,
  'pods/portforward': portforward,
  'pods/proxy': podProxy,
  'serviceaccounts/token': token,
  'services/proxy': serviceProxy,
};
