import { describe, expect, test } from 'vitest';
import { align, type Table, TablePrinter } from '../../../src/cli/printers/table.ts';

const definitions = [
  { name: 'Name', type: 'string', format: 'name', priority: 0 },
  { name: 'Ready', type: 'string', priority: 0 },
  { name: 'IP', type: 'string', priority: 1 },
];
const row = (name: string, ready: string, labels: Record<string, string> = {}) => ({
  cells: [name, ready, '10.0.0.1'],
  object: { metadata: { name, namespace: 'web', labels } },
});
const table = (...rows: Table['rows'] & {}): Table => ({ columnDefinitions: definitions, rows });

describe('a table', () => {
  test('pads every column but the last to its longest text and three blanks, at least to six', () => {
    expect(new TablePrinter().print(table(row('a', '1/1'), row('long-name', '0/1')))).toBe(
      'NAME        READY\na           1/1\nlong-name   0/1\n',
    );
    expect(
      align([
        ['A', 'B'],
        ['x', ''],
      ]),
    ).toBe('A     B\nx     \n');
  });

  test('hides columns of priority 1 unless it is wide', () => {
    expect(new TablePrinter({ wide: true }).print(table(row('a', '1/1')))).toBe('NAME   READY   IP\na      1/1     10.0.0.1\n');
  });

  test('has no headers without rows', () => {
    expect(new TablePrinter().print(table())).toBe('');
  });

  test('gets NAMESPACE first, label columns and LABELS last', () => {
    const options = { withNamespace: true, labelColumns: ['example.com/tier', 'app'], showLabels: true };
    expect(new TablePrinter(options).print(table(row('a', '1/1', { app: 'x', 'a/b': 'c' }), row('b', '1/1')))).toBe(
      'NAMESPACE   NAME   READY   TIER   APP   LABELS\nweb         a      1/1            x     a/b=c,app=x\nweb         b      1/1                  <none>\n',
    );
  });

  test('writes the kind before the name when several are asked for', () => {
    expect(new TablePrinter({ kindPrefix: 'deployment.apps', noHeaders: true }).print(table(row('a', '1/1')))).toBe(
      'deployment.apps/a   1/1\n',
    );
  });

  test('remembers widths between the rows of a watch, and repeats headers only when the columns change', () => {
    const printer = new TablePrinter();
    printer.print(table(row('long-name', '0/1')));
    expect(printer.print(table(row('a', '1/1')))).toBe('a           1/1\n');
    expect(printer.print({ columnDefinitions: [{ name: 'Name' }], rows: [{ cells: ['b'] }] })).toBe('NAME\nb\n');
  });

  test('shows watch events in a column of their own', () => {
    expect(new TablePrinter().print(table(row('a', '1/1')), 'ADDED')).toBe('EVENT      NAME   READY\nADDED      a      1/1\n');
  });

  test('cuts a cell at its first line break', () => {
    expect(new TablePrinter({ noHeaders: true }).print(table(row('a', 'x\ny')))).toBe('a     x...\n');
  });
});
