// `-k`: finds the kustomization and refuses to build it; kubemu has no kustomize yet.
import { lstatSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { KubectlError } from '../verb.ts';

export function refuseKustomize(folder: string, cwd: string): never {
  const path = resolve(cwd, folder);
  if (!lstatSync(path, { throwIfNoEntry: false })) {
    throw new KubectlError(
      `must build at directory: not a valid directory: evalsymlink failure on '${folder}' : lstat ${path}: no such file or directory`,
    );
  }
  const names = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
  if (!names.some((name) => statSync(resolve(path, name), { throwIfNoEntry: false }))) {
    throw new KubectlError(`unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${path}'`);
  }
  throw new KubectlError('kubemu does not build kustomizations yet');
}
