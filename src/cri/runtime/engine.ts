// The process engine behind the runtime, loaded when a process first runs.
import type { OpenMachine } from './sandboxes.ts';

export const openMachine: OpenMachine = async (state, at, host) => {
  const engine = await import('../processes/open.ts');
  return engine.openMachine(state, host, at);
};
