// Runs one command line in this process: a fresh home, files in a folder of its own, both streams and the exit code.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { main } from '../../src/cli/main.ts';

export interface Result {
  stdout: string;
  stderr: string;
  exitCode: number;
}

export interface Place {
  cwd: string;
  env: Record<string, string>;
}

/** A folder with these files in it, and a home for kubemu beside them. */
export function place(files: Readonly<Record<string, string>> = {}, env: Readonly<Record<string, string>> = {}): Place {
  const root = mkdtempSync(join(tmpdir(), 'kubemu-cli-'));
  const cwd = join(root, 'work');
  mkdirSync(cwd);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  return { cwd, env: { HOME: root, KUBEMU_HOME: join(root, 'home'), PATH: '', ...env } };
}

export async function run(
  argv: readonly string[],
  at: Place = place(),
  options: { stdin?: string; program?: string } = {},
): Promise<Result> {
  const result: Result = { stdout: '', stderr: '', exitCode: 0 };
  const text = (data: string | Uint8Array): string => (typeof data === 'string' ? data : Buffer.from(data).toString('utf8'));
  result.exitCode = await main(argv, {
    program: options.program ?? 'kubectl',
    stdout: (data) => {
      result.stdout += text(data);
    },
    stderr: (data) => {
      result.stderr += text(data);
    },
    stdin: async () => options.stdin ?? '',
    terminal: { stdin: false, stdout: false, columns: 80 },
    env: at.env,
    cwd: at.cwd,
  });
  return result;
}
