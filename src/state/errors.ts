// What can go wrong with the state file, each in one line that a user can act on.

/**
 * `damaged`: bytes changed that were once whole. `newer`: written by a later kubemu. `foreign`: somebody else's file.
 * `unreadable`, `unwritable`, `full`: the file system said so. `locked`: another process keeps the lock. `changed`: another process
 * committed since this one read, and its work must not be overwritten.
 */
export type StateProblem = 'damaged' | 'newer' | 'foreign' | 'unreadable' | 'unwritable' | 'full' | 'locked' | 'changed';

export class StateFileError extends Error {
  constructor(
    readonly problem: StateProblem,
    readonly path: string,
    message: string,
  ) {
    super(message);
    this.name = 'StateFileError';
  }
}

const words: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  ENOENT: 'no such directory',
  ENOTDIR: 'a part of its path is not a directory',
  EISDIR: 'it is a directory',
  ERR_FS_EISDIR: 'it is a directory',
  ELOOP: 'its symbolic links go in circles',
  ENAMETOOLONG: 'its name is too long',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it would become larger than the file system allows',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  EIO: 'the device failed',
  ERR_OUT_OF_RANGE: 'it is too large',
};

/** There is no room for what was to be written. */
export const isFull = (error: unknown): boolean => error instanceof Error && 'code' in error && FULL.has(String(error.code));

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** A failed system call on the state file. Errors that are none are returned as they are. */
export function fileError(action: 'read' | 'write' | 'lock' | 'delete', path: string, error: unknown): Error {
  if (error instanceof StateFileError || !(error instanceof Error) || !('code' in error)) return error as Error;
  const code = String(error.code);
  const full = isFull(error);
  return new StateFileError(
    full ? 'full' : action === 'read' ? 'unreadable' : 'unwritable',
    path,
    `cannot ${action} the state file ${path}: ${words[code] ?? code}${full ? '; the last change was not saved' : ''}`,
  );
}
