// The topology spread constraints of a Pod, and which Pods they count. A Pod without constraints of its own is spread by default, together
// with what its Services and its controller select (helper.DefaultSelector).
import type { Pod } from '../api/core/pod.ts';
import type { Service } from '../api/core/service.ts';
import type { V1LabelSelector, V1TopologySpreadConstraint } from '../api/generated/types.ts';
import { hasLabels, selects } from '../machinery/label-selector.ts';
import type { KubeObject } from '../machinery/object.ts';

export const HOSTNAME = 'kubernetes.io/hostname';
export const ZONE = 'topology.kubernetes.io/zone';

/** A constraint with the Pods that it counts. */
export interface Spread {
  constraint: Omit<V1TopologySpreadConstraint, 'labelSelector' | 'matchLabelKeys'>;
  group: PodGroup;
  /** Given by the Pod rather than by default. */
  isOwn: boolean;
}

/** Some Pods of one namespace, counted by node. */
export interface PodGroup {
  /** How many are on the node; those that are being deleted do not count. */
  on(node: string): number;
  matches(pod: Pod): boolean;
}

/** Which Pods: `id` is the same for the same Pods. */
export interface Question {
  id: string;
  namespace: string;
  /** Set when the Pods of this owner are the only ones that can match. */
  owner?: KubeObject;
  matches(pod: Pod): boolean;
}

type Constraint = Spread['constraint'];

/** The Pod's own constraints. */
export function ownSpreads(pod: Pod): { constraint: Constraint; question: Question }[] {
  const { namespace = '' } = pod.metadata;
  return (pod.spec.topologySpreadConstraints ?? []).map((constraint) => {
    const selector = withLabelKeys(constraint, pod);
    const matches = (other: Pod): boolean => other.metadata.namespace === namespace && selects(selector, other.metadata.labels);
    return { constraint, question: { id: `${namespace} ${JSON.stringify(selector)}`, namespace, matches } };
  });
}

/** matchLabelKeys narrow the selector to the Pod's own values; without a selector nothing is counted. */
function withLabelKeys({ labelSelector, matchLabelKeys = [] }: V1TopologySpreadConstraint, { metadata }: Pod): V1LabelSelector | undefined {
  const more = matchLabelKeys.flatMap((key) => {
    const value = metadata.labels?.[key];
    return value === undefined ? [] : [{ key, operator: 'In', values: [value] }];
  });
  if (!labelSelector || more.length === 0) return labelSelector;
  return { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...more] };
}

/** The default constraints; they only cost points. */
export const DEFAULTS: readonly Constraint[] = [
  { maxSkew: 3, topologyKey: HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway' },
  { maxSkew: 5, topologyKey: ZONE, whenUnsatisfiable: 'ScheduleAnyway' },
];

/** What the default constraints count; undefined when neither a Service nor a controller selects the Pod: then it is not spread. */
export function defaultQuestion(pod: Pod, services: readonly Service[], owner: KubeObject | undefined): Question | undefined {
  const { namespace = '', labels } = pod.metadata;
  const selectors = services
    .map(({ spec }) => spec.selector)
    .filter((selector) => selector && Object.keys(selector).length > 0 && hasLabels(selector, labels));
  const equal: Record<string, string> = Object.assign({}, ...selectors);
  const ofOwner = owner && selectorOf(owner);
  if (Object.keys(equal).length === 0 && !ofOwner) return undefined;
  return {
    id: `${namespace} ${JSON.stringify(equal)} ${owner?.metadata.uid ?? ''}`,
    namespace,
    ...(owner ? { owner } : {}),
    matches: ({ metadata }) =>
      metadata.namespace === namespace && hasLabels(equal, metadata.labels) && (!ofOwner || selects(ofOwner, metadata.labels)),
  };
}

function selectorOf({ kind, spec }: KubeObject): V1LabelSelector | undefined {
  const { selector } = (spec ?? {}) as { selector?: unknown };
  if (!selector) return undefined;
  return kind === 'ReplicationController' ? { matchLabels: selector as Record<string, string> } : (selector as V1LabelSelector);
}
