// kubectl's print flags: `-o`, `--template` and `--allow-missing-template-keys` to something that prints objects.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { KubectlError, type VerbContext } from '../verb.ts';

/** Prints objects, whole or as a list, the way `-o` asks. Each call of `print` is one document. */
export interface Printer {
  print(object: unknown): void;
}

export interface PrinterOptions {
  /** `get` has more formats: custom-columns, custom-columns-file and wide, which is not printed here. */
  tables?: boolean;
  /** The format when `-o` is not given: `yaml` for `config view`. */
  format?: string;
  /** The objects were made here, not read: JSON keeps the order of Go's types. */
  local?: boolean;
  /** Shows managedFields though `--show-managed-fields` is not given. */
  keepManagedFields?: boolean;
}

const common = [
  'go-template',
  'go-template-file',
  'json',
  'jsonpath',
  'jsonpath-as-json',
  'jsonpath-file',
  'kyaml',
  'name',
  'template',
  'templatefile',
  'yaml',
];
const tabular = ['custom-columns', 'custom-columns-file', ...common.slice(0, -1), 'wide', 'yaml'];
const templates = ['jsonpath', 'jsonpath-as-json', 'jsonpath-file', 'go-template', 'go-template-file', 'template', 'templatefile'];

/** Throws for unknown formats and for templates that do not parse, so that a bad `-o` changes nothing. */
export async function printerFor(context: VerbContext, options: PrinterOptions): Promise<Printer> {
  const { flags, write } = context;
  const output = flags.string('output') || (flags.string('template') ? '' : (options.format ?? ''));
  const equals = output.indexOf('=');
  const named = equals < 0 ? output : output.slice(0, equals);
  const isTemplate = templates.includes(named) || named.startsWith('custom-columns');
  const template = isTemplate && equals >= 0 ? output.slice(equals + 1) : flags.string('template');
  const format = output === '' && template !== '' ? 'go-template' : isTemplate ? named : output;
  const hide = options.keepManagedFields || flags.bool('show-managed-fields') ? (object: unknown) => object : withoutManagedFields;
  const strict = flags.given('allow-missing-template-keys') && !flags.bool('allow-missing-template-keys');
  const needed = (): string => {
    if (template === '') throw new KubectlError('template format specified but no template given');
    return template;
  };
  const file = (): string => readTemplate(needed(), context.cwd);

  switch (options.tables || !named.startsWith('custom-columns') ? format : '') {
    case 'json': {
      const { goJsonIndented } = await import('./go-json.ts');
      return { print: (object) => write(`${goJsonIndented(hide(object), !options.local)}\n`) };
    }
    case 'yaml': {
      const { writeYaml } = await import('../../machinery/yaml-write.ts');
      let documents = 0;
      return { print: (object) => write((documents++ > 0 ? '---\n' : '') + writeYaml(hide(object))) };
    }
    case 'kyaml': {
      const { kyaml } = await import('./kyaml.ts');
      return { print: (object) => write(kyaml(hide(object))) };
    }
    case 'name':
      return { print: (object) => write(namesOf(object)) };
    case 'jsonpath':
    case 'jsonpath-file':
    case 'jsonpath-as-json': {
      const text = format === 'jsonpath-file' ? file() : needed();
      const { compileJsonPath, JsonPathError } = await import('./jsonpath.ts');
      return kubectlErrors(JsonPathError, () => {
        const path = compileJsonPath(text, { strict, asJson: format === 'jsonpath-as-json' });
        return { print: (object) => kubectlErrors(JsonPathError, () => write(path.execute(object))) };
      });
    }
    case 'go-template':
    case 'go-template-file':
    case 'template':
    case 'templatefile': {
      const text = format.endsWith('file') ? file() : needed();
      const { compileTemplate } = await import('./go-template.ts');
      const compiled = compileTemplate(text, strict);
      return { print: (object) => compiled.execute(object, write) };
    }
    case 'custom-columns': {
      const { customColumns } = await import('./custom-columns.ts');
      const columns = customColumns(template, flags.bool('no-headers'));
      return { print: (object) => write(columns.print(object)) };
    }
    case 'custom-columns-file': {
      if (template === '') throw new KubectlError('custom-columns format specified but no custom columns given');
      const { customColumnsFromTemplate } = await import('./custom-columns.ts');
      const columns = customColumnsFromTemplate(readTemplate(template, context.cwd), flags.bool('no-headers'));
      return { print: (object) => write(columns.print(object)) };
    }
    default: {
      const allowed = (options.tables ? tabular : common).join(',');
      throw new KubectlError(
        `unable to match a printer suitable for the output format ${JSON.stringify(output)}, allowed formats are: ${allowed}`,
      );
    }
  }
}

function readTemplate(path: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, path), 'utf8');
  } catch {
    throw new KubectlError(`error reading --template ${path}, open ${path}: no such file or directory`);
  }
}

function kubectlErrors<T>(type: new (message: string) => Error, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof type) throw new KubectlError(error.message);
    throw error;
  }
}

interface Named {
  apiVersion?: string;
  kind?: string;
  metadata?: { name?: string };
  items?: unknown;
}

/** `pod/web`, `deployment.apps/web`: one line for each object. */
function namesOf(object: unknown): string {
  const { apiVersion = '', kind = '', metadata, items } = object as Named;
  if (Array.isArray(items)) return items.map(namesOf).join('');
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : `.${apiVersion.slice(0, slash)}`;
  return `${kind.toLowerCase()}${group}/${metadata?.name ?? ''}\n`;
}

/** The object without `metadata.managedFields`, its items too; the object itself is left alone. */
export function withoutManagedFields(object: unknown): unknown {
  if (typeof object !== 'object' || object === null) return object;
  const { metadata, items } = object as { metadata?: { managedFields?: unknown }; items?: unknown };
  const own = metadata?.managedFields === undefined ? object : { ...object, metadata: { ...metadata, managedFields: undefined } };
  return Array.isArray(items) ? { ...own, items: items.map(withoutManagedFields) } : own;
}
