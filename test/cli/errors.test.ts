// What kubectl says to wrong command lines. Each file under errors/ names its source; a case that kubemu's release answers otherwise is
// not in it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { files, kubeconfig } from './errors/files.ts';
import { place, run } from './run.ts';
import { shellWords } from './shell-words.ts';

const folderOfCases = place(files);
const folder = new URL('./errors/', import.meta.url);

interface Case {
  line: string;
  stdout: string;
  stderr: string;
  exitCode: number;
}

function casesOf(text: string): Case[] {
  return text.split(/\n(?=\$ )/).flatMap((block) => {
    const match = /^\$ (.*)\n([\s\S]*?)\[exit (\d+)\]/.exec(block);
    if (!match) return [];
    const [, line = '', body = '', exit = ''] = match;
    const stream = (name: string): string => new RegExp(`--- ${name}\\n([\\s\\S]*?)(?=--- std|$)`).exec(body)?.[1] ?? '';
    return [{ line, stdout: stream('stdout'), stderr: stream('stderr'), exitCode: Number(exit) }];
  });
}

/** `(usage follows)` stands for our own help text, whose first line is not known here. */
function expectText(actual: string, expected: string): void {
  const at = expected.search(/\((usage|the list of global options) follows\)/);
  if (at < 0) expect(actual).toBe(expected);
  else {
    expect(actual.slice(0, at)).toBe(expected.slice(0, at));
    expect(actual.slice(at)).toMatch(/^Usage:|passed to any command/m);
  }
}

describe.each(readdirSync(folder).filter((name) => name.endsWith('.txt')))('%s', (name) => {
  test.each(casesOf(readFileSync(new URL(name, folder), 'utf8')))('$line', async ({ line, stdout, stderr, exitCode }) => {
    const words = shellWords(line);
    // Only the kubeconfig is ever changed.
    writeFileSync(join(folderOfCases.cwd, kubeconfig), files[kubeconfig] ?? '');
    const at = {
      cwd: folderOfCases.cwd,
      env: { ...folderOfCases.env, KUBECONFIG: `${folderOfCases.cwd}/${kubeconfig}` } as Record<string, string>,
    };
    for (; words[0]?.includes('='); words.shift()) {
      const [variable = '', value = ''] = words[0].split('=');
      at.env[variable] = value;
    }
    const result = await run(words.slice(1), at);
    const shown = (text: string): string => text.replaceAll(`${at.cwd}/${kubeconfig}`, '$KUBECONFIG').replaceAll(at.cwd, '$PWD');
    expectText(shown(result.stdout), stdout);
    expectText(shown(result.stderr), stderr);
    expect(result.exitCode).toBe(exitCode);
  });
});
