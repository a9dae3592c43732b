// `explain`: what the fields of a kind mean. Built-in kinds are told from the published models, others from what the server says.
import { type ExplainedField, explainKind } from '../../api/explain.ts';
import type { OpenApiDocument } from '../../api/explain-schema.ts';
import { kindFor } from '../../api/index.ts';
import { isNotFound } from '../../machinery/status.ts';
import type { Mapping } from '../resources/mapper.ts';
import { defineVerb, KubectlError, type VerbContext } from '../verb.ts';

const WIDTH = 80;

export const explain = defineVerb({
  short: 'Show what the fields of a resource mean',
  examples: [
    { about: 'A kind', command: 'kubectl explain pods' },
    { about: 'One field', command: 'kubectl explain pods.spec.containers.image' },
    { about: 'All fields below', command: 'kubectl explain deployments.spec --recursive' },
  ],
  flags: {
    recursive: 'Show the names of all fields below.',
    'api-version': 'Of this group and version.',
    output: 'plaintext, or plaintext-openapiv2.',
  },
  async run(context) {
    const { args, flags } = context;
    const [word, ...more] = args;
    if (word === undefined) {
      throw new KubectlError(
        'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.',
      );
    }
    if (more.length > 0) throw new KubectlError('We accept only this format: explain RESOURCE');
    const { mapping, path } = await splitWord(context, word);
    const [group = '', version = ''] = flags.string('api-version')
      ? splitVersion(flags.string('api-version'))
      : [mapping.group, mapping.version];
    const kind = kindFor(group, version, mapping.kind);
    let field = kind ? await explainKind(kind) : await explainCustom(context, group, version, mapping.kind);
    if (!field) throw new KubectlError(`couldn't find resource for "${group}/${version}, Kind=${mapping.kind}"`);
    // kubectl writes its template as it goes: what stands above the field is out before the field is looked for.
    context.write(`${group ? `GROUP:      ${group}\n` : ''}KIND:       ${mapping.kind}\nVERSION:    ${version}\n\n`);
    for (const name of path) {
      field = (await field.fields()).find((below) => below.name === name);
      if (!field) throw new KubectlError(`field ${JSON.stringify(name)} does not exist`);
    }
    context.write(await textOf(field, flags.bool('recursive')));
    return 0;
  },
});

async function explainCustom(context: VerbContext, group: string, version: string, kind: string): Promise<ExplainedField | undefined> {
  const { client } = context;
  try {
    const { body } = await client.request({ method: 'GET', path: `/openapi/v3/apis/${group}/${version}` });
    const { explainSchema } = await import('../../api/explain-schema.ts');
    return explainSchema(body as OpenApiDocument, { group, version, kind });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** `deployments.apps.spec`: the longest beginning that is a resource, then fields. */
async function splitWord(context: VerbContext, word: string): Promise<{ mapping: Mapping; path: readonly string[] }> {
  const parts = word.replace(/\.$/, '').split('.');
  try {
    return { mapping: await context.mapper.byResource(parts[0] ?? ''), path: parts.slice(1) };
  } catch (error) {
    if (error instanceof KubectlError) throw new KubectlError(error.message, { bare: true });
    throw error;
  }
}

const splitVersion = (text: string): [string, string] => (text.includes('/') ? (text.split('/') as [string, string]) : ['', text]);

async function textOf(field: ExplainedField, recursive: boolean): Promise<string> {
  const below = await field.fields();
  const values = field.values ? `ENUM:\n${field.values.map((value) => `    ${value}\n`).join('')}` : '\n';
  const title = field.name ? `FIELD: ${field.name} <${field.type}>\n${values}\n` : '';
  const told = [field.description, field.content].filter((text, i, all) => text && all.indexOf(text) === i).join('\n');
  const description = `DESCRIPTION:\n${told ? `${wrapped(told, 4)}    \n` : '    <empty>\n'}`;
  if (below.length === 0) return `${title}${description}\n`;
  return `${title}${description}FIELDS:\n${recursive ? await names(below, 1, new Set()) : below.map(fieldText).join('')}\n`;
}

const heading = ({ name, type, required }: ExplainedField): string => `${name}\t<${type}>${required ? ' -required-' : ''}`;

const fieldText = (field: ExplainedField): string =>
  `  ${heading(field)}\n${valuesText(field, 1)}${wrapped(field.description || '<no description>', 4)}\n`;

const valuesText = ({ values }: ExplainedField, level: number): string =>
  values ? `${'  '.repeat(level)}enum: ${values.slice(0, 4).join(', ')}${values.length > 4 ? ', ....' : ''}\n` : '';

/** Models that hold themselves are told once on each way down. */
async function names(fields: readonly ExplainedField[], level: number, above: ReadonlySet<string>): Promise<string> {
  let text = '';
  for (const field of fields) {
    text += `${'  '.repeat(level)}${heading(field)}\n${valuesText(field, level)}`;
    const model = field.type.replace(/^(\[\]|map\[string\])+/, '');
    if (model === 'Object' || !above.has(model)) text += await names(await field.fields(), level + 1, new Set([...above, model]));
  }
  return text;
}

function wrapped(text: string, indent: number): string {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const [, spaces = '', word = ''] of paragraph.matchAll(/( *)([^ ]+)/g)) {
      if (line && line.length + spaces.length + word.length > WIDTH - indent) {
        lines.push(line);
        line = word;
      } else line += spaces + word;
    }
    lines.push(line);
  }
  return lines.map((line) => `${' '.repeat(indent)}${line}\n`).join('');
}
