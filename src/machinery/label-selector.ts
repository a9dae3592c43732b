// metav1.LabelSelector: the structured form that objects carry. The text form of `-l` is in labels.ts.
import type { V1LabelSelector } from '../api/generated/types.ts';

export type Labels = Readonly<Record<string, string>>;

/** An absent selector selects nothing, an empty one everything (apimachinery, LabelSelectorAsSelector). */
export function selects(selector: V1LabelSelector | undefined, labels: Labels | undefined): boolean {
  if (!selector) return false;
  return (
    hasLabels(selector.matchLabels, labels) && (selector.matchExpressions ?? []).every((requirement) => meets(requirement, labels ?? {}))
  );
}

/** True when `labels` holds every pair of `wanted`: the equality-based selectors of Services and ReplicationControllers. */
export function hasLabels(wanted: Labels | undefined, labels: Labels | undefined): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => labels?.[key] === value);
}

interface Requirement {
  key: string;
  operator: string;
  values?: readonly string[] | undefined;
}

/** One requirement of a label selector or of a node selector term. NotIn is also met by an absent label. */
export function meets({ key, operator, values = [] }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return isInteger(value) && isInteger(values[0]) && BigInt(value) > BigInt(values[0]);
    case 'Lt':
      return isInteger(value) && isInteger(values[0]) && BigInt(value) < BigInt(values[0]);
    default:
      return false;
  }
}

const isInteger = (text: string | undefined): text is string => text !== undefined && /^[+-]?\d+$/.test(text);

/** The selector in the text form of list requests; requirements in order of their keys. */
export function selectorText(selector: V1LabelSelector): string {
  const parts: [key: string, text: string][] = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => [key, `${key}=${value}`]);
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    if (operator === 'Exists') parts.push([key, key]);
    else if (operator === 'DoesNotExist') parts.push([key, `!${key}`]);
    else parts.push([key, `${key} ${operator.toLowerCase()} (${[...values].sort().join(',')})`]);
  }
  return parts
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, text]) => text)
    .join(',');
}
