// A very small shell for transcripts: kubectl and kubemu run in this process; what stands before or behind them in a pipe, and lines
// without them, are run by bash in the transcript's folder.
import { spawnSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../../src/cli/main.ts';
import type { Place } from '../cli/run.ts';
import { shellWords } from '../cli/shell-words.ts';
import type { CommandStep } from './format.ts';

interface Outcome {
  /** Both streams, in the order in which they were written. */
  output: string;
  exitCode: number;
}

export async function runLine(step: CommandStep, at: Place): Promise<Outcome> {
  if (step.kind === 'advance') {
    const { stderr, exitCode } = await ours(['kubemu', 'clock', 'advance', step.line.slice('@advance '.length).trim()], '', at);
    return { output: stderr, exitCode };
  }
  const here = step.here.length > 0;
  const line = here ? step.line.replace(/\s*<<-?\s*['"]?\w+['"]?/, '') : step.line;
  const document = step.here
    .slice(0, -1)
    .map((one) => `${one}\n`)
    .join('');
  const parts = pipeline(line);
  const index = parts.findIndex((part) => /^(kubectl|kubemu)(\s|$)/.test(part));
  if (index < 0) return bash(line, document, at);
  const before = index === 0 ? document : bash(parts.slice(0, index).join(' | '), document, at).output;
  const { command, file, append, quiet } = redirected(parts[index] ?? '');
  const behind = parts.slice(index + 1);
  const result = await ours(shellWords(command), before, at);
  if (file === undefined && behind.length === 0) return quiet ? { ...result, output: result.stdout } : result;
  if (file !== undefined) {
    (append ? appendFileSync : writeFileSync)(join(at.cwd, file), result.stdout);
    return { output: result.stderr, exitCode: result.exitCode };
  }
  const filtered = bash(behind.join(' | '), result.stdout, at);
  return { output: (quiet ? '' : result.stderr) + filtered.output, exitCode: filtered.exitCode };
}

async function ours(
  [program = '', ...argv]: readonly string[],
  stdin: string,
  at: Place,
): Promise<Outcome & { stdout: string; stderr: string }> {
  let [output, stdout, stderr] = ['', '', ''];
  const text = (data: string | Uint8Array): string => (typeof data === 'string' ? data : Buffer.from(data).toString('utf8'));
  const exitCode = await main(argv, {
    program,
    stdout: (data) => {
      output += text(data);
      stdout += text(data);
    },
    stderr: (data) => {
      output += text(data);
      stderr += text(data);
    },
    stdin: async () => stdin,
    terminal: { stdin: false, stdout: false, columns: 80 },
    env: at.env,
    cwd: at.cwd,
  });
  return { output, stdout, stderr, exitCode };
}

function bash(line: string, stdin: string, at: Place): Outcome {
  const { stdout, stderr, status } = spawnSync('bash', ['-c', line], {
    cwd: at.cwd,
    input: stdin,
    encoding: 'utf8',
    env: { ...at.env, LC_ALL: 'C' },
  });
  return { output: stdout + stderr, exitCode: status ?? 1 };
}

/** Splits at the pipes that no quotes protect. */
function pipeline(line: string): string[] {
  const parts: string[] = [''];
  let quote = '';
  for (const char of line) {
    if (quote ? char === quote : char === "'" || char === '"') quote = quote ? '' : char;
    if (char === '|' && !quote) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts.map((part) => part.trim());
}

function redirected(text: string): { command: string; file: string | undefined; append: boolean; quiet: boolean } {
  const quiet = text.includes('2>/dev/null');
  const rest = text.replace('2>/dev/null', '').trim();
  const match = /^(.*?)\s*(>>?)\s*(\S+)$/.exec(rest);
  return match && !/['"]/.test(match[3] ?? '')
    ? { command: match[1] ?? '', file: match[3], append: match[2] === '>>', quiet }
    : { command: rest, file: undefined, append: false, quiet };
}
