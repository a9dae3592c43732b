// The table of contents: handlers of subresources other than `status`, by resource and name.
import type { ApiResponse } from '../../machinery/http.ts';
import type { Call } from '../call.ts';
import type { Server } from '../server.ts';
import { binding } from './binding.ts';

export type SubresourceHandler = (server: Server, call: Call) => Promise<ApiResponse>;

export const subresourceHandlers: Readonly<Record<string, SubresourceHandler>> = {
  'pods/binding': binding,
};
