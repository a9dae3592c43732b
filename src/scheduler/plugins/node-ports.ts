// Two Pods on one node cannot have the same host port.
import { type HostPort, podInfo } from '../node-info.ts';
import type { FilterPlugin } from '../plugin.ts';

export const nodePorts: FilterPlugin = {
  name: 'NodePorts',
  wokenBy: ['node', 'pod-deleted'],
  passes: ({ pod }) => podInfo(pod).hostPorts.length === 0,
  filter({ pod }, node) {
    const wanted = podInfo(pod).hostPorts;
    if (wanted.length === 0) return undefined;
    const taken = [...node.pods].flatMap(({ hostPorts }) => hostPorts);
    if (!wanted.some((port) => taken.some((other) => collide(port, other)))) return undefined;
    return { reasons: ["node(s) didn't have free ports for the requested pod ports"] };
  },
};

/** 0.0.0.0 is every address. */
function collide(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0');
}
