// The shapes of the tables generated from the published models; loaded per kind, when somebody needs them.
import type { Kind } from './kind.ts';

/** Model to field to type code: `s`, `[s`, `{q`, `[:V1Container`, with `!` behind what is required. See src/build/structures.mjs. */
export type Structure = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Model to field to description; the model's own has the empty name. */
export type Docs = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What ajv's standalone validators report: the keyword `fields` names an unknown or a mistyped field. */
export interface SchemaProblem {
  instancePath: string;
  keyword: string;
  params: { unknown?: string; mistyped?: string };
}

export interface Validator {
  (value: unknown): boolean;
  errors?: readonly SchemaProblem[] | null;
}

export interface ModelLoader {
  validator(): Promise<{ validate: Validator }>;
  structure(): Promise<{ structure: Structure }>;
  docs(): Promise<{ docs: Docs }>;
  /** Where models with modules of their own are: `spec.template.spec`, with `*` for items. */
  shared: readonly (readonly [path: string, model: string])[];
}

/** The generated model of a built-in kind; undefined for custom resources. */
export async function modelOf({ names }: Kind): Promise<string | undefined> {
  const { builtinResources } = await import('./generated/resources.ts');
  return builtinResources.find((r) => r.kind === names.kind && r.version === names.version && r.group === names.group)?.model;
}
