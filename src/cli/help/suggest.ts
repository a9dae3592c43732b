// cobra's `Did you mean this?`: commands within two edits, commands that begin so, and words that people bring from elsewhere.
import { ownCommands } from '../flags/own.ts';

const meant: Readonly<Record<string, readonly string[]>> = {
  get: ['list', 'ls'],
  delete: ['rm', 'remove'],
  describe: ['inspect'],
  top: ['stats'],
};

/** kubectl's commands in the order in which it asks them; kubemu's own follow. */
const order = [
  'create expose run set explain get edit delete rollout scale autoscale certificate cluster-info top cordon uncordon drain taint',
  'describe logs attach exec port-forward proxy cp auth debug events diff apply patch replace wait kustomize label annotate completion',
  'plugin version api-versions api-resources options config kuberc',
].flatMap((row) => row.split(' '));

export function unknownCommand(program: string, word: string): string {
  const own = program === 'kubectl' ? [] : Object.keys(ownCommands).filter((path) => !path.includes(' '));
  const typed = word.toLowerCase();
  const close = [...order, ...own].filter((name) => distance(typed, name) <= 2 || name.startsWith(typed) || meant[name]?.includes(typed));
  const hint = close.length > 0 ? `\n\nDid you mean this?\n${close.map((name) => `\t${name}`).join('\n')}` : '';
  return `unknown command "${word}" for "${program}"${hint}`;
}

/** Levenshtein's. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
