// Plugins: executables `kubectl-*` on the PATH, found by the words of the command line, and those that `plugin list` shows.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { commandFact } from './flags/surface.ts';

type Env = Readonly<Record<string, string | undefined>>;

const folders = (env: Env): string[] => [...new Set((env.PATH ?? '').split(delimiter).filter((folder) => folder.trim() !== ''))];

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The longest run of words that names a plugin: `kubectl foo bar` is kubectl-foo-bar, else kubectl-foo with `bar`. */
export function findPlugin(argv: readonly string[], env: Env): { path: string; args: string[] } | undefined {
  const flag = argv.findIndex((word) => word.startsWith('-'));
  const words = argv.slice(0, flag < 0 ? argv.length : flag).map((word) => word.replaceAll('-', '_'));
  for (let length = words.length; length > 0; length--) {
    const name = `kubectl-${words.slice(0, length).join('-')}`;
    if (name.includes('/')) continue;
    for (const folder of folders(env)) {
      const path = join(folder, name);
      if (isExecutable(path)) return { path, args: argv.slice(length) };
    }
  }
  return undefined;
}

/** Runs it in the place of this command. */
export function runPlugin({ path, args }: { path: string; args: readonly string[] }, env: Env, cwd: string): number {
  const { status, signal } = spawnSync(path, args, { stdio: 'inherit', env: env as NodeJS.ProcessEnv, cwd });
  return status ?? (signal ? 1 : 0);
}

export interface Listed {
  plugins: readonly { path: string; problems: readonly string[] }[];
  unreadable: readonly string[];
}

export function listPlugins(env: Env, program: string): Listed {
  const plugins: { path: string; problems: string[] }[] = [];
  const unreadable: string[] = [];
  const seen = new Map<string, string>();
  for (const folder of folders(env)) {
    let names: string[];
    try {
      names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [] : [entry.name]));
    } catch {
      unreadable.push(
        `Unable to read directory ${JSON.stringify(folder)} from your PATH: open ${folder}: no such file or directory. Skipping...`,
      );
      continue;
    }
    for (const name of names.filter((one) => one.startsWith('kubectl-')).sort()) {
      const path = join(folder, name);
      const problems: string[] = [];
      const words = basename(name).split('-').slice(1);
      if (!isExecutable(path)) problems.push(`warning: ${path} identified as a kubectl plugin, but it is not executable`);
      const first = seen.get(name);
      if (first) problems.push(`warning: ${path} is overshadowed by a similarly named plugin: ${first}`);
      else seen.set(name, path);
      if (commandFact(program, words.join(' ')))
        problems.push(`warning: ${name} overwrites existing command: ${JSON.stringify(`kubectl ${words.join(' ')}`)}`);
      plugins.push({ path, problems });
    }
  }
  return { plugins, unreadable };
}
