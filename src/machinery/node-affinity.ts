// Node selectors against nodes, as in k8s.io/component-helpers/scheduling/corev1/nodeaffinity. Used by the scheduler, by DaemonSets and
// by volumes.
import type { V1NodeSelector, V1NodeSelectorTerm, V1PodSpec } from '../api/generated/types.ts';
import { hasLabels, type Labels, meets } from './label-selector.ts';

interface NodeLike {
  metadata: { name: string; labels?: Labels | undefined };
}

/** nodeSelector and required node affinity of a Pod. */
export function matchesNode(spec: Pick<V1PodSpec, 'nodeSelector' | 'affinity'>, node: NodeLike): boolean {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return hasLabels(spec.nodeSelector, node.metadata.labels) && (!required || matchesNodeSelector(required, node));
}

/** Terms are alternatives. */
export function matchesNodeSelector({ nodeSelectorTerms }: V1NodeSelector, node: NodeLike): boolean {
  return nodeSelectorTerms.some((term) => matchesNodeTerm(term, node));
}

/** All requirements of a term must be met; a term without any matches nothing. */
export function matchesNodeTerm({ matchExpressions = [], matchFields = [] }: V1NodeSelectorTerm, node: NodeLike): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  const fields = { 'metadata.name': node.metadata.name };
  return matchExpressions.every((each) => meets(each, node.metadata.labels ?? {})) && matchFields.every((each) => meets(each, fields));
}
