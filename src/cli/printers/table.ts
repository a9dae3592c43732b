// kubectl's table printer and its tab writer: cells padded to their column's longest text plus three blanks, the last one not at all.
// Widths are remembered between the rows of a watch.
export interface Table {
  kind?: string;
  columnDefinitions: readonly { name: string; type?: string; format?: string; priority?: number }[];
  rows?: readonly TableRow[] | null;
}

export interface TableRow {
  cells: readonly unknown[];
  /** With `includeObject=Metadata` the object's metadata, with `Object` all of it. */
  object?: {
    metadata?: {
      name?: string;
      namespace?: string | undefined;
      labels?: Readonly<Record<string, string>> | undefined;
      creationTimestamp?: string | null;
    };
  } | null;
}

export interface TableOptions {
  wide?: boolean;
  noHeaders?: boolean;
  /** NAMESPACE first. */
  withNamespace?: boolean;
  /** NAME becomes `kind/name`: the prefix without its slash. */
  kindPrefix?: string;
  showLabels?: boolean;
  /** `-L`: labels with a column of their own. */
  labelColumns?: readonly string[];
}

const minimum = 6;
const padding = 3;

/** Prints tables one after another; a writer of its own for each kind starts with fresh widths. */
export class TablePrinter {
  private columns = '';
  private widths: number[] = [];
  constructor(private readonly options: TableOptions = {}) {}

  /**
   * The text of a table: headers unless the last one had the same, then rows. `event` is the first cell of `--output-watch-events`.
   * Without rows there is nothing to print, headers included.
   */
  print(table: Table, event?: string): string {
    const rows = table.rows ?? [];
    if (rows.length === 0) return '';
    const shown = table.columnDefinitions.flatMap((column, index) => (this.options.wide || !column.priority ? [index] : []));
    const lines: string[][] = [];
    const headers = this.headers(table, shown, event !== undefined);
    const columns = headers.join('\t');
    if (columns !== this.columns) {
      // Other columns than before are another table: widths start anew.
      this.columns = columns;
      this.widths = [];
      if (!this.options.noHeaders) lines.push(headers);
    }
    for (const row of rows) lines.push(this.cells(row, shown, event));
    return align(lines, this.widths);
  }

  private headers(table: Table, shown: readonly number[], withEvent: boolean): string[] {
    const { withNamespace, showLabels, labelColumns = [] } = this.options;
    return [
      ...(withEvent ? ['EVENT'] : []),
      ...(withNamespace ? ['NAMESPACE'] : []),
      ...shown.map((index) => (table.columnDefinitions[index]?.name ?? '').toUpperCase()),
      ...labelColumns.map((label) => label.slice(label.lastIndexOf('/') + 1).toUpperCase()),
      ...(showLabels ? ['LABELS'] : []),
    ];
  }

  private cells(row: TableRow, shown: readonly number[], event: string | undefined): string[] {
    const { withNamespace, showLabels, labelColumns = [], kindPrefix } = this.options;
    const labels = row.object?.metadata?.labels ?? {};
    const own = shown.map((index, i) => (i === 0 && kindPrefix ? `${kindPrefix}/` : '') + cellText(row.cells[index]));
    return [
      ...(event === undefined ? [] : [event.padEnd(8)]),
      ...(withNamespace ? [row.object?.metadata?.namespace ?? ''] : []),
      ...own,
      ...labelColumns.map((label) => labels[label] ?? ''),
      ...(showLabels ? [labelText(labels)] : []),
    ];
  }
}

/** Rows of cells as lines; `widths` is read and grows. */
export function align(rows: readonly (readonly string[])[], widths: number[] = []): string {
  const count = rows.reduce((most, row) => Math.max(most, row.length), 0);
  for (let column = 0; column < count; column++) {
    let width = widths[column] ?? minimum;
    for (const row of rows) {
      const cell = row[column];
      if (cell !== undefined && column < row.length - 1) width = Math.max(width, lengthOf(cell) + padding);
    }
    widths[column] = width;
  }
  let text = '';
  for (const row of rows) {
    for (const [column, cell] of row.entries())
      text += column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - lengthOf(cell));
    text += '\n';
  }
  return text;
}

/** Characters, not UTF-16 units. */
const lengthOf = (cell: string): number => (/^[\x00-\x7f]*$/.test(cell) ? cell.length : [...cell].length);

/** A cell on one line: a string ends at its first break, nothing is blank. */
function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '<none>';
  if (typeof cell !== 'string') return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
  const end = cell.search(/[\f\n\r]/);
  const line = end < 0 ? cell : `${cell.slice(0, end)}...`;
  return line.replaceAll('\t', '\\t').replaceAll('\x1b', '^[');
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`);
  return pairs.length === 0 ? '<none>' : pairs.join(',');
}
