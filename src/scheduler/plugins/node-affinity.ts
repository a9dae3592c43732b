// nodeSelector and required node affinity are rules, preferred node affinity is a wish.
import type { V1NodeSelector } from '../../api/generated/types.ts';
import { matchesNode, matchesNodeTerm } from '../../machinery/node-affinity.ts';
import { type FilterPlugin, proportional, type ScorePlugin } from '../plugin.ts';

export const nodeAffinity: FilterPlugin & ScorePlugin = {
  name: 'NodeAffinity',
  wokenBy: ['node'],
  preFilter({ pod }) {
    const only = namedNodes(pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution);
    return only && { only };
  },
  passes: ({ pod }) => !pod.spec.nodeSelector && !pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution,
  filter({ pod }, { node }) {
    if (matchesNode(pod.spec, node)) return undefined;
    return { reasons: ["node(s) didn't match Pod's node affinity/selector"], unresolvable: true };
  },
  helps: (event, { spec }) => event.kind !== 'node' || (matchesNode(spec, event.object) && (!event.old || !matchesNode(spec, event.old))),
  skip: ({ pod }) => !pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.length,
  score({ pod }, { node }) {
    const wishes = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    return wishes.reduce((sum, { weight, preference }) => sum + (matchesNodeTerm(preference, node) ? weight : 0), 0);
  },
  normalize: (scores) => proportional(scores),
};

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
