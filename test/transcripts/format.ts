// The format of a transcript: `$ command`, lines of a here-document behind `> `, output as it is, `[exit N]` when it is not 0,
// `@advance 10s` for virtual time, `## words` for the reader.

export interface CommandStep {
  kind: 'command' | 'advance';
  line: string;
  /** Lines behind `> `. */
  here: readonly string[];
  output: string;
  exitCode: number;
}
export interface CommentStep {
  kind: 'comment';
  line: string;
}
export type Step = CommandStep | CommentStep;

export function parseTranscript(text: string): { header: string; steps: Step[] } {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  let at = 0;
  while (at < lines.length && !starts(lines[at] ?? '')) at++;
  const header = lines
    .slice(0, at)
    .map((line) => `${line}\n`)
    .join('');
  const steps: Step[] = [];
  while (at < lines.length) {
    const line = lines[at++] ?? '';
    if (line.startsWith('## ')) {
      steps.push({ kind: 'comment', line });
      continue;
    }
    const here: string[] = [];
    while (lines[at]?.startsWith('> ') || lines[at] === '>') here.push((lines[at++] ?? '').slice(2));
    const output: string[] = [];
    while (at < lines.length && !starts(lines[at] ?? '')) output.push(lines[at++] ?? '');
    const exit = /^\[exit (\d+)\]$/.exec(output.at(-1) ?? '');
    if (exit) output.pop();
    const kind = line.startsWith('@') ? 'advance' : 'command';
    const shown = output.map((one) => `${one}\n`).join('');
    steps.push({ kind, line: kind === 'advance' ? line : line.slice(2), here, output: shown, exitCode: Number(exit?.[1] ?? 0) });
  }
  return { header, steps };
}

const starts = (line: string): boolean => line.startsWith('$ ') || line.startsWith('@advance ') || line.startsWith('## ');

export function renderTranscript(header: string, steps: readonly Step[]): string {
  return header + steps.map(renderStep).join('');
}

function renderStep(step: Step): string {
  if (step.kind === 'comment') return `${step.line}\n`;
  const here = step.here.map((line) => (line ? `> ${line}\n` : '>\n')).join('');
  // Output without a line end gets one, as a terminal's next prompt would.
  const output = step.output === '' || step.output.endsWith('\n') ? step.output : `${step.output}\n`;
  return `${step.kind === 'command' ? '$ ' : ''}${step.line}\n${here}${output}${step.exitCode === 0 ? '' : `[exit ${step.exitCode}]\n`}`;
}
