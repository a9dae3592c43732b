// The state file that a verb is about: the named cluster's, or the one that this command would connect to.
import { KubectlError, type VerbContext } from '../../verb.ts';
import { localContext } from '../config/edit.ts';
import { clusterNamed } from './clusters.ts';

export async function stateFileOf(context: VerbContext, name?: string): Promise<string> {
  return name === undefined ? (await localContext(context).connection()).stateFile : (await clusterNamed(context, name)).stateFile;
}

/** Complaints of the cluster room are the user's to read. */
export async function said<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Error && error.constructor === Error ? new KubectlError(error.message) : error;
  }
}

/** `840 KiB` */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** Names of snapshots become names of files. */
export function checkSnapshotName(name: string): string {
  if (!/^[A-Za-z0-9][-._A-Za-z0-9]{0,62}$/.test(name))
    throw new KubectlError(`${JSON.stringify(name)} is not a snapshot name: letters, digits, '-', '_' and '.', at most 63`);
  return name;
}
