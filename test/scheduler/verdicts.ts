// Asks the plugins of the default profile about one Pod in a cluster of given objects.
import { Node } from '../../src/api/core/node.ts';
import { Pod } from '../../src/api/core/pod.ts';
import type { Kind } from '../../src/api/kind.ts';
import { Cache } from '../../src/scheduler/cache.ts';
import { decide, firstRejection, newCycle } from '../../src/scheduler/cycle.ts';
import { factsOf } from '../../src/scheduler/facts.ts';
import { PlacedPods } from '../../src/scheduler/placed-pods.ts';
import type { Cycle } from '../../src/scheduler/plugin.ts';
import { filters, scores } from '../../src/scheduler/plugins/index.ts';
import { FakeCluster } from '../controllers/fake-cluster.ts';
import { draft } from '../controllers/objects.ts';

// biome-ignore lint/suspicious/noExplicitAny: objects of any kind
type Objects = readonly (readonly [kind: Kind<any>, object: any])[];

export interface Given {
  nodes: readonly Node[];
  pods?: readonly Pod[];
  more?: Objects;
}

export async function cycleOf(incoming: Pod, { nodes, pods = [], more = [] }: Given): Promise<Cycle> {
  const cluster = new FakeCluster();
  for (const each of nodes) cluster.create(Node, draft(each));
  for (const each of pods) cluster.create(Pod, draft(each));
  for (const [kind, object] of more) cluster.create(kind, object);
  const cache = new Cache(cluster.client, cluster.store);
  const all = await cache.snapshot();
  const sources = { client: cluster.client, pods: new PlacedPods(cluster.client), nodes: all };
  return newCycle(incoming, all, await factsOf(incoming, { ...sources, affinePods: cache.affinePods(), nodesWith: cache.nodesWith }));
}

/** What each node is told, in order of their names: `ok`, or the reasons. */
export async function verdicts(incoming: Pod, given: Given): Promise<Record<string, string>> {
  const cycle = await cycleOf(incoming, given);
  const asked = filters.filter((plugin) => !plugin.passes?.(cycle));
  return Object.fromEntries(cycle.nodes.map((node) => [node.name, firstRejection(cycle, node, asked)?.reasons.join(', ') ?? 'ok']));
}

/** The normalized scores that one plugin gives to all nodes; undefined when it has nothing to say. */
export async function scoresBy(plugin: string, incoming: Pod, given: Given): Promise<Record<string, number> | undefined> {
  const cycle = await cycleOf(incoming, given);
  const decision = decide(cycle, { filters: [], scores }, 0);
  if (!('node' in decision)) throw new Error('nothing was scored');
  const found = decision.scores.find((each) => each.plugin === plugin);
  return found && Object.fromEntries(decision.feasible.map(({ name }, i) => [name, found.normal[i] ?? 0]));
}

export const on = (node: string, pod: Pod): Pod => ({ ...pod, spec: { ...pod.spec, nodeName: node } });
