// The table of contents: handlers of subresources other than `status`, by resource and name.
import type { ApiResponse } from '../../machinery/http.ts';
import type { Call } from '../call.ts';
import type { Server } from '../server.ts';
import { binding } from './binding.ts';
import { attach, exec } from './exec.ts';
import { log } from './log.ts';
import { portforward } from './portforward.ts';

export type SubresourceHandler = (server: Server, call: Call) => Promise<ApiResponse>;

export const subresourceHandlers: Readonly<Record<string, SubresourceHandler>> = {
  'pods/attach': attach,
  'pods/binding': binding,
  'pods/exec': exec,
  'pods/log': log,
  'pods/portforward': portforward,
};
