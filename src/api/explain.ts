// What `explain` shows about a built-in kind: the published descriptions and types, loaded when somebody asks.
import type { Kind } from './kind.ts';
import { type Docs, type ModelLoader, modelOf, type Structure } from './models.ts';

export interface ExplainedField {
  name: string;
  /** `string`, `[]Container`, `map[string]Quantity`, `Object` for a kind itself. */
  type: string;
  required: boolean;
  description: string;
  /** What is said of the objects that it holds. */
  content?: string;
  /** What it may be, where that is a list. */
  values?: readonly string[];
  /** Fields of the model below, by name; none for plain values. */
  fields(): Promise<ExplainedField[]>;
}

/** The kind itself; undefined when it has no published model. */
export async function explainKind(kind: Kind): Promise<ExplainedField | undefined> {
  const model = await modelOf(kind);
  return model === undefined ? undefined : explainModel(model);
}

/** A field by its path; undefined when there is none. */
export async function explainPath(kind: Kind, path: readonly string[]): Promise<ExplainedField | undefined> {
  let field = await explainKind(kind);
  for (const name of path) field = (await field?.fields())?.find((below) => below.name === name);
  return field;
}

async function explainModel(model: string): Promise<ExplainedField> {
  const { docs } = await tablesFor(model);
  return { name: '', type: 'Object', required: false, description: docs[model]?.[''] ?? '', fields: () => fieldsOf(model) };
}

async function fieldsOf(model: string): Promise<ExplainedField[]> {
  const { structure, docs } = await tablesFor(model);
  const fields = Object.entries(structure[model] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return Promise.all(
    fields.map(async ([name, code]) => {
      const below = /:(\w+)/.exec(code)?.[1];
      const content = below === undefined ? '' : ((await tablesFor(below)).docs[below]?.[''] ?? '');
      return {
        name,
        type: typeText(code.replace(/!$/, '')),
        required: code.endsWith('!'),
        // Fields that hold one object are described by what the object is.
        description: docs[model]?.[name] || content,
        content,
        fields: async () => (below === undefined ? [] : fieldsOf(below)),
      };
    }),
  );
}

/** Tables of models met so far: shared models have modules of their own. */
const structures: Record<string, Structure> = {};
const descriptions: Record<string, Docs> = {};

async function tablesFor(model: string): Promise<{ structure: Structure; docs: Docs }> {
  if (!structures[model]) {
    const { modelLoaders } = await import('./generated/loaders.ts');
    const loader = modelLoaders[model];
    if (loader) await load(loader);
  }
  return { structure: structures[model] ?? {}, docs: descriptions[model] ?? {} };
}

async function load(loader: ModelLoader): Promise<void> {
  const [{ structure }, { docs }] = await Promise.all([loader.structure(), loader.docs()]);
  for (const name of Object.keys(structure)) {
    structures[name] ??= structure;
    descriptions[name] ??= docs;
  }
}

function typeText(code: string): string {
  switch (code[0]) {
    case '[':
      return `[]${typeText(code.slice(1))}`;
    case '{':
      return `map[string]${typeText(code.slice(1))}`;
    case ':':
      return code.slice(1).replace(/^[A-Za-z]*?V\d+(?:(?:alpha|beta)\d+)?/, '');
    case 'b':
      return 'boolean';
    case 'i':
      return 'integer';
    case 'd':
      return 'number';
    case 'q':
      return 'Quantity';
    case 'x':
      return 'IntOrString';
    case 'a':
      return 'Object';
    default:
      return 'string';
  }
}
