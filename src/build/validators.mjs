// JSON Schemas of the published models, compiled by ajv into standalone modules: one per kind, one for metadata, one for the
// spec of Pods, which many kinds share. Required fields are semantic errors on a server, so no schema requires anything.
import Ajv from 'ajv';
import { _, _Code } from 'ajv/dist/compile/codegen/code.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { transformSync } from 'esbuild';
import { closure, mentioned } from './models.mjs';

/** Models with a validator of their own. A kind's validator leaves them alone and says where they are. */
export const SHARED = new Set(['V1ObjectMeta', 'V1PodSpec']);

/**
 * Which fields an object may have and what plain values they hold is checked in one loop per object by the keyword `fields`, a table
 * from field name to type code. With ajv's own keywords a validator is twice as large, and its size is what loading it costs.
 */
const CODES = { string: 's', number: 'i', boolean: 'b', Date: 't', V1MicroTime: 't', Quantity: 'q', IntOrString: 'x', any: 'a' };

/** `s`; `[s` for a list, `{s` for a map of them; structures are `{a`, any object. */
export function codeOf(type, format) {
  const list = /^Array<(.*)>$/.exec(type);
  if (list) return `[${codeOf(list[1], format)}`;
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (map) return `{${codeOf(map[1], format)}`;
  if (type === 'string' && format === 'byte') return 'y';
  if (type === 'number' && format === 'double') return 'd';
  if (type === 'number' && format === 'int64') return 'l';
  return CODES[type] ?? '{a';
}

/** Written into each validator as it stands here, so it refers to nothing outside. Go takes null for anything. */
function fits(value, code) {
  if (value === null || value === undefined) return true;
  switch (code[0]) {
    case '[':
      return Array.isArray(value) && value.every((item) => fits(item, code.slice(1)));
    case '{':
      return (
        typeof value === 'object' &&
        !Array.isArray(value) &&
        (code === '{a' || Object.values(value).every((item) => fits(item, code.slice(1))))
      );
    case 's':
      return typeof value === 'string';
    case 'i':
      return Number.isInteger(value) && Math.abs(value) < 2 ** 31;
    case 'l':
      return Number.isInteger(value) && Math.abs(value) < 2 ** 63;
    case 'd':
      return typeof value === 'number';
    case 'b':
      return typeof value === 'boolean';
    case 'x':
      return typeof value === 'string' || (Number.isInteger(value) && Math.abs(value) < 2 ** 31);
    case 't':
      return typeof value === 'string' && (value === '' || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)$/.test(value));
    case 'q':
      return (
        (typeof value === 'string' || typeof value === 'number') &&
        /^[+-]?(\d+\.?\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][-+]?\d+)?$/.test(value)
      );
    case 'y':
      return typeof value === 'string' && /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value.replace(/[\r\n]/g, ''));
    default:
      return true;
  }
}

/** Errors name the field in `params`: `unknown`, or `mistyped` with the code of what it should be. */
const fields = {
  keyword: 'fields',
  type: 'object',
  error: { message: 'field', params: ({ params }) => _`{${params.problem}: ${params.field}, code: ${params.code}}` },
  code(cxt) {
    const { gen, data, schema } = cxt;
    const table = gen.scopeValue('schema', { ref: schema, code: new _Code(JSON.stringify(schema)) });
    const check = gen.scopeValue('func', { ref: fits, code: new _Code(fits.toString()) });
    gen.forIn('field', data, (field) => {
      const code = gen.const('code', _`Object.hasOwn(${table}, ${field}) ? ${table}[${field}] : undefined`);
      const report = (problem) => () => {
        cxt.setParams({ problem: new _Code(problem), field, code });
        cxt.error(true);
      };
      gen.if(_`${code} === undefined`, report('unknown'), () => gen.if(_`!${check}(${data}[${field}], ${code})`, report('mistyped')));
    });
  },
};

/** @param {import('./models.mjs').Model} model */
function objectSchema(model, models) {
  const table = {};
  const properties = {};
  for (const { name, type, format } of model.fields) {
    table[name] = codeOf(type, format);
    const below = structure(type, models);
    if (below) properties[name] = below;
  }
  return { type: 'object', nullable: true, fields: table, ...(Object.keys(properties).length ? { properties } : {}) };
}

/** What the keyword `fields` leaves to ajv: objects of other models, in lists and maps too. */
function structure(type, models) {
  const list = /^Array<(.*)>$/.exec(type);
  if (list) return wrap('items', structure(list[1], models));
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (map) return wrap('additionalProperties', structure(map[1], models));
  return models.has(type) && !SHARED.has(type) ? { $ref: `#/$defs/${type}` } : undefined;
}

const wrap = (keyword, schema) => schema && { [keyword]: schema };

/** The schema of one model with everything below it, shared models left open. @returns {object} */
export function schema(models, root) {
  const names = closure(models, root, SHARED);
  const $defs = Object.fromEntries(names.map((name) => [name, objectSchema(models.get(name), models)]));
  return { $ref: `#/$defs/${root}`, $defs };
}

/** @returns {string} an ES module that exports `validate` */
export function validatorSource(models, root) {
  const ajv = new Ajv({
    allErrors: true,
    inlineRefs: false,
    messages: false,
    strict: false,
    unicodeRegExp: false,
    code: { source: true, esm: true, optimize: true },
  });
  ajv.addKeyword(fields);
  const code = standaloneCode(ajv, ajv.compile(schema(models, root))).replace(/export default \w+;/, '');
  return `// @ts-nocheck\n${transformSync(code, { minify: true, treeShaking: true, format: 'esm', target: 'node20', legalComments: 'none' }).code}`;
}

/** Where shared models are within a root: `spec.template.spec` with `*` for list items. Models that contain themselves are not entered twice. */
export function sharedPaths(models, root) {
  const found = [];
  const visit = (name, path, above) => {
    for (const field of models.get(name)?.fields ?? []) {
      for (const next of mentioned(field.type)) {
        const at = [...path, field.name, ...(/^Array</.test(field.type) || /^\{/.test(field.type) ? ['*'] : [])];
        if (SHARED.has(next)) found.push([at.join('.'), next]);
        else if (!above.includes(next)) visit(next, at, [...above, next]);
      }
    }
  };
  visit(root, [], [root]);
  return found;
}
