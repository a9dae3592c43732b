// Compact tables of the published models for run time: types with which a body is brought into the form that the server keeps, and
// the descriptions of `explain`. One module per root model; what is below a shared model is in that model's own module.
import { closure } from './models.mjs';
import { SHARED } from './validators.mjs';

const CODES = { string: 's', boolean: 'b', Date: 't', V1MicroTime: 'T', Quantity: 'q', IntOrString: 'x', any: 'a' };

/** `s`, `[s`, `{q`, `[:V1Container`; `i4` and `i8` for integers by size. */
function typeCode(type, format) {
  const list = /^Array<(.*)>$/.exec(type);
  if (list) return `[${typeCode(list[1], format)}`;
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (map) return `{${typeCode(map[1], format)}`;
  if (type === 'string' && format === 'byte') return 'y';
  if (type === 'number') return { int32: 'i4', int64: 'i8', double: 'd' }[format] ?? 'i8';
  return CODES[type] ?? `:${type}`;
}

const asModule = (name, type, value) => `// Generated; do not edit.
import type { ${type} } from '../../models.ts';
export const ${name} = JSON.parse(${JSON.stringify(JSON.stringify(value))}) as ${type};
`;

/** Field types: a required field's code ends in `!`. */
export function structureSource(models, root) {
  const table = {};
  for (const name of closure(models, root, SHARED)) {
    table[name] = Object.fromEntries(
      models.get(name).fields.map((field) => [field.name, typeCode(field.type, field.format) + (field.required ? '!' : '')]),
    );
  }
  return asModule('structure', 'Structure', table);
}

/** Descriptions: the model's own under the empty name. */
export function docsSource(models, root) {
  const table = {};
  for (const name of closure(models, root, SHARED)) {
    const { doc, fields } = models.get(name);
    table[name] = { '': doc, ...Object.fromEntries(fields.map((field) => [field.name, field.doc])) };
  }
  return asModule('docs', 'Docs', table);
}

/** The lazy loaders of all roots. */
export function loadersSource(roots, sharedPaths) {
  const entries = roots.map(
    (root) => `  ${root}: {
    validator: () => import('./validators/${fileOf(root)}.ts'),
    structure: () => import('./structures/${fileOf(root)}.ts'),
    docs: () => import('./docs/${fileOf(root)}.ts'),
    shared: ${JSON.stringify(sharedPaths(root))},
  },`,
  );
  return `// Generated; do not edit.
import type { ModelLoader } from '../models.ts';
export const modelLoaders: Readonly<Record<string, ModelLoader>> = {
${entries.join('\n')}
};
`;
}

export const fileOf = (model) => model.toLowerCase();
