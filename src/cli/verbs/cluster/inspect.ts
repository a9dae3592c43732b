// kubemu cluster inspect
import type { Inspection } from '../../../cluster/inspect.ts';
import { rfc3339 } from '../../../machinery/clock.ts';
import { defineVerb, KubectlError } from '../../verb.ts';
import { said, sizeText, stateFileOf } from './state-file.ts';

export const inspect = defineVerb({
  short: "Show what fills a cluster's file, and whether it is sound",
  long: 'Shows how many keys and bytes each resource and each component has in the file: live (the values), history (what watches may still ask for) and log (superseded, gone after the next fold); the largest lines; what is due later; and whether all checksums hold.',
  examples: [
    { about: 'What fills the file', command: 'kubemu cluster inspect' },
    { about: 'The same for a script', command: 'kubemu cluster inspect -o json' },
  ],
  flags: { output: 'json, for everything as JSON.' },
  async run(context) {
    const [name, ...rest] = context.args;
    if (rest.length > 0) throw new KubectlError(`unexpected arguments: [${rest.join(' ')}]`, { usage: true });
    const output = context.flags.string('output');
    if (output !== '' && output !== 'json') throw new KubectlError(`--output must be json, not ${JSON.stringify(output)}`);
    const stateFile = await stateFileOf(context, name);
    const { inspectCluster } = await import('../../../cluster/inspect.ts');
    const report = await said(() => inspectCluster(stateFile));
    if (output === 'json') context.out(JSON.stringify(timesAsText(report), null, 4));
    else for (const text of await tables(report)) context.out(text);
    return report.damage === undefined ? 0 : 1;
  },
});

const timesAsText = (report: Inspection): object => ({
  ...report,
  time: rfc3339(report.time),
  wakeUps: report.wakeUps.map((one) => ({ ...one, next: one.next === undefined ? undefined : rfc3339(one.next) })),
});

async function tables(report: Inspection): Promise<string[]> {
  const { default: Table } = await import('cli-table3');
  const table = (head: string[], rows: (string | number)[][]): string => {
    const align = head.map((_, i) => (typeof rows[0]?.[i] === 'number' ? ('right' as const) : ('left' as const)));
    const drawn = new Table({ head, colAligns: align, style: { head: [], border: [] } });
    drawn.push(...rows);
    return drawn.toString();
  };
  const sum = (of: 'keys' | 'live' | 'history' | 'log'): number => report.usage.reduce((all, row) => all + row[of], 0);
  return [
    `File:     ${report.path}, ${sizeText(report.size)}, ${report.commits} commits`,
    `Cluster:  ${report.cluster ?? 'none'}, ${report.nodes} nodes, ${report.keys} keys, at ${rfc3339(report.time)}`,
    `Revision: ${report.revision}, history from ${report.compacted}`,
    `Damage:   ${report.damage ?? 'none, all checksums hold'}`,
    table(
      ['Resource or keys', 'Keys', 'Live bytes', 'History bytes', 'Log bytes'],
      [
        ...report.usage.map(({ of, keys, live, history, log }) => [of, keys, live, history, log]),
        ['Together', sum('keys'), sum('live'), sum('history'), sum('log')],
      ],
    ),
    table(
      ['Largest lines', 'Bytes'],
      report.largest.map(({ key, size }) => [key, size]),
    ),
    table(
      ['Wake-ups', 'Count', 'Next'],
      report.wakeUps.map(({ class: cls, count, next }) => [cls, count, next === undefined ? '' : rfc3339(next)]),
    ),
  ];
}
