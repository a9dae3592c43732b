// Go's text/tabwriter with kubectl's settings: cells end with a tab, a column is as wide as its widest cell in consecutive lines plus
// padding, and the last cell of a line belongs to no column.

export function alignTabs(text: string, padding = 2, minWidth = 0): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const out: string[] = new Array(lines.length).fill('');
  format(lines, 0, lines.length, [], out, padding, minWidth);
  return out.join('\n');
}

/** Formats lines [from, to) whose first `widths.length` columns are known. */
function format(
  lines: readonly (readonly string[])[],
  from: number,
  to: number,
  widths: readonly number[],
  out: string[],
  padding: number,
  minWidth: number,
): void {
  const column = widths.length;
  let line = from;
  while (line < to) {
    if (column >= cells(lines, line).length - 1) {
      out[line] = cells(lines, line)
        .map((cell, i) => (i < column ? pad(cell, widths[i] ?? 0) : cell))
        .join('');
      line++;
      continue;
    }
    let end = line;
    let width = minWidth;
    while (end < to && column < cells(lines, end).length - 1) {
      width = Math.max(width, length(cells(lines, end)[column] ?? '') + padding);
      end++;
    }
    format(lines, line, end, [...widths, width], out, padding, minWidth);
    line = end;
  }
}

const cells = (lines: readonly (readonly string[])[], index: number): readonly string[] => lines[index] ?? [];
/** In code points, as Go counts runes. */
const length = (text: string): number => [...text].length;
const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - length(text)));
