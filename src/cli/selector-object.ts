// The text of a selector as a metav1.LabelSelector.
import { parseSelector, SelectorError } from '../machinery/labels.ts';
import { KubectlError } from './verb.ts';

export interface SelectorObject {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: readonly string[] }[];
}

const EXPRESSIONS: Record<string, string> = { in: 'In', notin: 'NotIn', '!=': 'NotIn', exists: 'Exists', '!': 'DoesNotExist' };

export function fromSelectorText(text: string): SelectorObject {
  const labels: Record<string, string> = {};
  const expressions: NonNullable<SelectorObject['matchExpressions']> = [];
  for (const { key, operator, values } of parsed(text)) {
    if (operator === '=' || operator === '==') labels[key] = values[0] ?? '';
    else {
      const name = EXPRESSIONS[operator];
      if (!name) throw new KubectlError(`${JSON.stringify(operator)} is not a valid label selector operator`);
      expressions.push({ key, operator: name, ...(values.length > 0 ? { values } : {}) });
    }
  }
  return {
    ...(Object.keys(labels).length > 0 ? { matchLabels: labels } : {}),
    ...(expressions.length > 0 ? { matchExpressions: expressions } : {}),
  };
}

function parsed(text: string): ReturnType<typeof parseSelector> {
  try {
    return parseSelector(text);
  } catch (error) {
    if (error instanceof SelectorError) throw new KubectlError(error.message);
    throw error;
  }
}
