// Field selectors, as apimachinery's pkg/fields reads them: `status.phase!=Running,metadata.name=web`.
import { SelectorError } from './labels.ts';

export interface FieldRequirement {
  field: string;
  equals: boolean;
  value: string;
}

export type FieldSelector = readonly FieldRequirement[];

export function parseFieldSelector(text: string): FieldSelector {
  const terms: FieldRequirement[] = [];
  for (const part of split(text)) {
    if (part === '') continue;
    const at = operatorAt(part);
    if (!at) throw new SelectorError(`invalid selector: '${text}'; can't understand '${part}'`);
    terms.push({
      field: part.slice(0, at.start),
      equals: at.operator !== '!=',
      value: unescaped(part.slice(at.start + at.operator.length)),
    });
  }
  return terms;
}

/** Whether an object with these field values is selected; a field that it lacks counts as empty. */
export function matchesFields(selector: FieldSelector, fields: Readonly<Record<string, string>>): boolean {
  for (const { field, equals, value } of selector) if (((fields[field] ?? '') === value) !== equals) return false;
  return true;
}

/** Parts between commas that no backslash escapes. */
function split(text: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && i + 1 < text.length) part += `\\${text[++i]}`;
    else if (text[i] === ',') {
      parts.push(part);
      part = '';
    } else part += text[i];
  }
  parts.push(part);
  return parts;
}

function operatorAt(part: string): { start: number; operator: string } | undefined {
  for (let i = 0; i < part.length; i++) {
    for (const operator of ['!=', '==', '=']) if (part.startsWith(operator, i)) return { start: i, operator };
  }
  return undefined;
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\([\\,=])/g, '$1') : text;
}
