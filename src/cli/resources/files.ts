// `-f`: files, folders, patterns, standard input and URLs to the text of each. Nothing here touches the network.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { KubectlError, type VerbContext } from '../verb.ts';
import { addonFor } from './addons.ts';

export interface Manifest {
  /** As messages name it: the path as typed, `STDIN`, a URL. */
  source: string;
  read(): Promise<string>;
}

const extensions = ['.json', '.yaml', '.yml'];

/** Throws for paths that do not exist before anything is read. */
export function manifestsOf(context: Pick<VerbContext, 'cwd' | 'stdin'>, paths: readonly string[], recursive: boolean): Manifest[] {
  const found: Manifest[] = [];
  for (const path of paths) {
    if (path === '-') {
      if (found.some(({ source }) => source === 'STDIN')) throw new KubectlError('standard input cannot be used for multiple arguments');
      found.push({ source: 'STDIN', read: () => context.stdin() });
    } else if (/^https?:\/\//.test(path)) {
      found.push({ source: path, read: () => readUrl(path) });
    } else {
      const entry = statSync(resolve(context.cwd, path), { throwIfNoEntry: false });
      const matches = entry ? [path] : glob(path, context.cwd);
      if (path === '' || matches.length === 0) throw new KubectlError(`the path "${path}" does not exist`);
      for (const match of matches) found.push(...below(match, context.cwd, recursive));
    }
  }
  if (found.length === 0)
    throw new KubectlError(`error reading [${paths.join(' ')}]: recognized file extensions are [${extensions.join(' ')}]`);
  return found;
}

/** A file itself, whatever its name; of a folder the files that end like manifests, in order of name. */
function below(path: string, cwd: string, recursive: boolean): Manifest[] {
  if (!statSync(resolve(cwd, path)).isDirectory()) return [{ source: path, read: async () => readText(path, cwd) }];
  const files: Manifest[] = [];
  for (const entry of readdirSync(resolve(cwd, path), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inner = join(path, entry.name);
    if (statSync(resolve(cwd, inner), { throwIfNoEntry: false })?.isDirectory()) {
      if (recursive) files.push(...below(inner, cwd, true));
    } else if (extensions.includes(extname(entry.name))) files.push({ source: inner, read: async () => readText(inner, cwd) });
  }
  return files;
}

function readText(path: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, path), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new KubectlError(`open ${path}: ${code === 'EACCES' ? 'permission denied' : (code ?? 'unreadable').toLowerCase()}`);
  }
}

async function readUrl(url: string): Promise<string> {
  const file = addonFor(url);
  if (!file) throw new KubectlError(`unable to read URL "${url}": kubemu makes no network requests and has no copy of it`);
  return readFileSync(file, 'utf8');
}

/** filepath.Glob for the last element of a path. */
function glob(pattern: string, cwd: string): string[] {
  const last = basename(pattern);
  if (!/[*?[]/.test(last)) return [];
  const folder = dirname(pattern);
  const matcher = new RegExp(
    `^${last
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );
  const entries = statSync(resolve(cwd, folder), { throwIfNoEntry: false })?.isDirectory() ? readdirSync(resolve(cwd, folder)) : [];
  return entries
    .filter((name) => matcher.test(name))
    .sort()
    .map((name) => (pattern.includes('/') ? join(folder, name) : name));
}
