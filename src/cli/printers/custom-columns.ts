// `-o custom-columns` and `-o custom-columns-file`: headers with a JSONPath each.
import { KubectlError } from '../verb.ts';
import { goSyntax } from './go-syntax.ts';
import { compileJsonPath, type JsonPath, JsonPathError } from './jsonpath.ts';
import { relaxedPath } from './relaxed-path.ts';
import { align } from './table.ts';

interface Column {
  header: string;
  path: JsonPath;
}

export class CustomColumns {
  private widths: number[] = [];
  private started = false;
  constructor(
    private readonly columns: readonly Column[],
    private readonly noHeaders: boolean,
  ) {}

  /** Rows for one object or the items of a list; headers once. */
  print(object: unknown): string {
    const rows: string[][] = [];
    if (!this.started && !this.noHeaders) rows.push(this.columns.map(({ header }) => header));
    this.started = true;
    const { items } = object as { items?: unknown };
    for (const one of Array.isArray(items) ? items : [object]) rows.push(this.columns.map(({ path }) => cell(path, one)));
    return align(rows, this.widths);
  }
}

function cell(path: JsonPath, object: unknown): string {
  let values: unknown[];
  try {
    values = path.find(object).flat();
  } catch (error) {
    if (error instanceof JsonPathError) throw new KubectlError(error.message);
    throw error;
  }
  const texts = values.map((value) => goSyntax(value, '%v'));
  return texts.length === 0 ? '<none>' : texts.join(',');
}

/** `NAME:.metadata.name,IMAGE:.spec.containers[*].image` */
export function customColumns(spec: string, noHeaders: boolean): CustomColumns {
  if (spec === '') throw new KubectlError('custom-columns format specified but no custom columns given');
  const columns = splitOutsideBrackets(spec).map((part) => {
    const colon = part.indexOf(':');
    if (colon < 0 || colon === part.length - 1)
      throw new KubectlError(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    return column(part.slice(0, colon), part.slice(colon + 1));
  });
  return new CustomColumns(columns, noHeaders);
}

/** Two lines: headers, and a path below each. */
export function customColumnsFromTemplate(text: string, noHeaders: boolean): CustomColumns {
  const [headers = '', paths = ''] = text.split('\n');
  const [names, specs] = [headers.trim().split(/\s+/).filter(Boolean), paths.trim().split(/\s+/).filter(Boolean)];
  if (names.length === 0)
    throw new KubectlError(
      'invalid template, missing header line. Expected format is one line of space separated headers, one line of space separated column specs.',
    );
  if (specs.length === 0)
    throw new KubectlError(
      'invalid template, missing spec line. Expected format is one line of space separated headers, one line of space separated column specs.',
    );
  if (names.length !== specs.length)
    throw new KubectlError(`number of headers (${names.length}) and field specifications (${specs.length}) don't match`);
  return new CustomColumns(
    names.map((name, i) => column(name, specs[i] ?? '')),
    noHeaders,
  );
}

function column(header: string, path: string): Column {
  try {
    return { header, path: compileJsonPath(relaxedPath(path)) };
  } catch (error) {
    if (error instanceof JsonPathError) throw new KubectlError(error.message);
    throw error;
  }
}

/** A comma inside `[0,1]` belongs to its path. */
function splitOutsideBrackets(spec: string): string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const char of spec) {
    if (char === '[') depth++;
    if (char === ']') depth--;
    if (char === ',' && depth <= 0) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts;
}
