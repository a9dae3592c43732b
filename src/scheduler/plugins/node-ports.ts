// Two Pods on one node cannot have the same host port.
import { footprintOf } from '../../api/core/pod/footprint.ts';
import type { FilterPlugin } from '../plugin.ts';

export const nodePorts: FilterPlugin = {
  name: 'NodePorts',
  wokenBy: ['node', 'pod-deleted'],
  passes: ({ footprint }) => footprint.hostPorts.length === 0,
  filter({ footprint }, node) {
    if (!footprint.hostPorts.some((port) => node.hostPorts.some((other) => collide(port, other)))) return undefined;
    return { reasons: ["node(s) didn't have free ports for the requested pod ports"] };
  },
  helps(event, pod) {
    if (event.kind === 'node') return !event.old;
    const freed = event.kind === 'pod-deleted' ? footprintOf(event.object).hostPorts : [];
    return footprintOf(pod).hostPorts.some((port) => freed.some((other) => collide(port, other)));
  },
};

/** `TCP 0.0.0.0 80`: 0.0.0.0 is every address. */
function collide(a: string, b: string): boolean {
  if (a === b) return true;
  const [protocol, address, port] = a.split(' ');
  const [otherProtocol, otherAddress, otherPort] = b.split(' ');
  return port === otherPort && protocol === otherProtocol && (address === '0.0.0.0' || otherAddress === '0.0.0.0');
}
