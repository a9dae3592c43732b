// `describe` of kinds without a describer of their own, custom resources above all: the object as titled lines.
import type { Describe } from './describer.ts';
import { Description } from './description.ts';
import { describeEvents } from './events.ts';

const TOLD = new Set(['.metadata.name', '.metadata.namespace', '.metadata.labels', '.metadata.annotations', '.metadata.managedFields']);

export const describeGeneric: Describe = async (object, around) => {
  const { metadata } = object;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  describeFields(out, 0, object, '');
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};

function describeFields(out: Description, level: number, fields: Readonly<Record<string, unknown>>, path: string): void {
  for (const field of Object.keys(fields).sort()) {
    const here = `${path}.${field}`;
    const value = fields[field];
    if (TOLD.has(here) || value === undefined) continue;
    const title = words(field);
    if (Array.isArray(value)) {
      out.line(level, `${title}:`);
      for (const item of value) {
        if (isFields(item)) describeFields(out, level + 1, item, here);
        else out.line(level + 1, String(item));
      }
    } else if (isFields(value)) {
      out.line(level, `${title}:`);
      describeFields(out, level + 1, value, here);
    } else out.line(level, `${title}:\t${value === null ? '<nil>' : String(value)}`);
  }
}

const isFields = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const ACRONYMS = new Set(['API', 'URL', 'UID', 'OSB', 'GUID']);

/** `creationTimestamp` to `Creation Timestamp`, `apiVersion` to `API Version`, `respectPDBs` to `Respect PDBs`. */
export function words(field: string): string {
  if (/[^a-zA-Z0-9]/.test(field) && !/^[a-zA-Z0-9]+$/.test(field)) return field;
  const parts = field.match(/[A-Z]{2,}[a-z]*(?![a-z])|[A-Z]?[a-z0-9]+|[A-Z]/g) ?? [field];
  return parts
    .map((part) => (ACRONYMS.has(part.toUpperCase()) ? part.toUpperCase() : part.charAt(0).toUpperCase() + part.slice(1)))
    .join(' ');
}
