// Files and folders of a kustomization. Files must lie in or below its root; folders may lie anywhere.
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { KustomizeError } from './fail.ts';

const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** @param typed as the message names it */
export function folderAt(path: string, typed: string): string {
  let real: string;
  try {
    real = realpathSync(path);
  } catch {
    throw new KustomizeError(
      `must build at directory: not a valid directory: evalsymlink failure on '${typed}' : lstat ${path}: no such file or directory`,
    );
  }
  if (!statSync(real).isDirectory()) throw new KustomizeError(`must build at directory: '${typed}': file is not directory`);
  return real;
}

export function kustomizationText(root: string): string {
  const found = NAMES.filter((name) => statSync(join(root, name), { throwIfNoEntry: false })?.isFile());
  const [name] = found;
  if (name === undefined) {
    throw new KustomizeError(`unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${root}'`);
  }
  if (found.length > 1) throw new KustomizeError(`Found multiple kustomization files under: ${root}\n`);
  return readFileSync(join(root, name), 'utf8');
}

export function fileIn(root: string, path: string, anywhere: boolean): Buffer {
  if (/^https?:\/\//.test(path)) throw new KustomizeError(`kubemu makes no network requests: it cannot read ${path}`);
  const full = resolve(root, path);
  let real: string;
  try {
    real = realpathSync(full);
  } catch {
    throw new KustomizeError(`evalsymlink failure on '${full}' : lstat ${full}: no such file or directory`);
  }
  if (statSync(real).isDirectory()) throw new KustomizeError(`'${full}' must resolve to a file`);
  const away = relative(root, real);
  if (!anywhere && (away.startsWith('..') || isAbsolute(away)))
    throw new KustomizeError(`security; file '${real}' is not in or below '${root}'`);
  return readFileSync(real);
}
