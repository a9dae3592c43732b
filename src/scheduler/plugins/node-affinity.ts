// nodeSelector and required node affinity are rules, preferred node affinity is a wish.
import type { Node } from '../../api/core/node.ts';
import type { Pod } from '../../api/core/pod.ts';
import type { V1NodeSelector, V1NodeSelectorTerm } from '../../api/generated/types.ts';
import { hasLabels, meets } from '../../machinery/label-selector.ts';
import { type FilterPlugin, proportional, type ScorePlugin } from '../plugin.ts';

export const nodeAffinity: FilterPlugin & ScorePlugin = {
  name: 'NodeAffinity',
  wokenBy: ['node'],
  preFilter({ pod }) {
    const only = namedNodes(pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution);
    return only && { only };
  },
  filter({ pod }, { node }) {
    if (matchesNode(pod, node)) return undefined;
    return { reasons: ["node(s) didn't match Pod's node affinity/selector"], unresolvable: true };
  },
  skip: ({ pod }) => !pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.length,
  score({ pod }, { node }) {
    const wishes = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    return wishes.reduce((sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0), 0);
  },
  normalize: (scores) => proportional(scores),
};

/** nodeaffinity.GetRequiredNodeAffinity(pod).Match(node). */
export function matchesNode(pod: Pod, node: Node): boolean {
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return hasLabels(pod.spec.nodeSelector, node.metadata.labels) && (!required || matchesNodeSelector(required, node));
}

/** Terms are alternatives; one that is empty matches nothing. */
export function matchesNodeSelector({ nodeSelectorTerms }: V1NodeSelector, node: Node): boolean {
  return nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

function matchesTerm({ matchExpressions = [], matchFields = [] }: V1NodeSelectorTerm, node: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  const fields = { 'metadata.name': node.metadata.name };
  return matchExpressions.every((each) => meets(each, node.metadata.labels ?? {})) && matchFields.every((each) => meets(each, fields));
}

/** The nodes that every term names by metadata.name, as for Pods of a DaemonSet; undefined when some term names none. */
function namedNodes(required: V1NodeSelector | undefined): ReadonlySet<string> | undefined {
  if (!required || required.nodeSelectorTerms.length === 0) return undefined;
  const names = new Set<string>();
  for (const { matchFields = [] } of required.nodeSelectorTerms) {
    const byName = matchFields.filter(({ key, operator }) => key === 'metadata.name' && operator === 'In');
    if (byName.length === 0) return undefined;
    for (const name of byName.flatMap(({ values }) => values ?? [])) names.add(name);
  }
  return names;
}
