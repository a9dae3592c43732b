// Folders for the state and the kubeconfig. Node's own recursive mkdir never returns where the system answers ENOENT for a parent that
// is there but holds no folders, as /proc does.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes the folder and what is missing above it, readable by the user alone. Throws the system's error. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    makeFolder(dirname(path));
    mkdirSync(path, { mode: 0o700 });
  }
}
