// What is wrong with a state file, in one sentence for its user.
import { StateFileError } from './errors.ts';
import type { Damage } from './index-lines.ts';

/**
 * @param damage undefined when only the end is missing
 * @param revision of the last whole commit
 * @param aside where the damaged file is kept when it is repaired
 */
export function damagedError(path: string, damage: Damage | undefined, revision: number, aside?: string): StateFileError {
  const what = damage ? describe(damage, revision) : `ends in the middle of a write: restored revision ${revision}, the last whole one`;
  return new StateFileError('damaged', path, `the state file ${path} ${what}${aside ? `; the damaged file is kept as ${aside}` : ''}`);
}

function describe({ isSalvaged, line, last, lost }: Damage, revision: number): string {
  const unread = lost === 0 ? '' : ` but ${lost === 1 ? 'one line' : `${lost} lines`} that cannot be read`;
  if (last !== undefined) return `does not match its checksum in lines ${line} to ${last}: taken as they stand${unread}`;
  if (isSalvaged) return `does not match its checksum, as if edited by hand: taken as it stands${unread}, without its history`;
  const commits = lost === 1 ? '1 commit from there on is lost' : `${lost} commits from there on are lost`;
  return `is damaged at or after line ${line}: restored revision ${revision}, the last whole one; ${commits}`;
}
