// Makes many like one: the lines of a few objects that came to be in the usual way, written again with other names, uids and addresses.
// Every room's keys are copied alike, so kubelets, runtimes, network and controllers find what they would have written themselves.
import { wordPattern } from '../machinery/words.ts';
import type { Keyspace } from '../state/keyspace.ts';

/** A text cut at its words: plain pieces at even places, words at odd ones. */
type Pieces = readonly string[];

export interface Pattern {
  /** Puts the lines once more, each word replaced by what `to` has for it. */
  stamp(to: ReadonlyMap<string, string>): void;
}

/** What is never copied: time, and what components remember of events. */
export const NEVER = /^\/kubemu\/(?:clock|reconciled|wakeups?|records|recorder|etcd|loops|scheduler)(?:\/|$)|^\/registry\/events\//;
/** What belongs to nodes rather than to the objects on them. */
const LEFT_OUT = new RegExp(`${NEVER.source}|^/kubemu/(?:net/ipam|nodes)/`);

const VERSION = /"resourceVersion":"\d+"/;
const MARK = '"resourceVersion":"@"';

export interface PatternOptions {
  keyspace: Keyspace;
  putText(key: string, text: (revision: number) => string): void;
  /** Keys that were there before the objects. */
  before: ReadonlySet<string>;
  /** The words that tell the objects' keys from others. */
  words: readonly string[];
  /** Changes a line before it becomes part of the pattern. */
  prepare?(key: string, value: unknown): readonly [key: string, value: unknown];
  /** Keys that are not copied; by default what belongs to nodes too. */
  leftOut?: RegExp;
  /** Further words that only {@link prepare} brings in. */
  marks?: readonly string[];
}

export function patternOf({ keyspace, putText, before, words, prepare, leftOut = LEFT_OUT, marks = [] }: PatternOptions): Pattern {
  const mine = wordPattern(words);
  const any = wordPattern([...words, ...marks]);
  const lines: { key: Pieces; value: Pieces }[] = [];
  for (const key of keyspace.keys('/')) {
    if (before.has(key) || leftOut.test(key) || key.split(mine).length === 1) continue;
    const [shownKey, value] = prepare?.(key, keyspace.value(key)) ?? [key, keyspace.value(key)];
    const text = JSON.stringify(value);
    lines.push({ key: shownKey.split(any), value: (key.startsWith('/registry/') ? text.replace(VERSION, MARK) : text).split(any) });
  }
  return {
    stamp(to) {
      for (const { key, value } of lines) {
        const text = joined(value, to);
        putText(joined(key, to), (revision) => (revision === 0 ? text : text.replace(MARK, `"resourceVersion":"${revision}"`)));
      }
    },
  };
}

function joined(pieces: Pieces, to: ReadonlyMap<string, string>): string {
  let text = '';
  for (const [i, piece] of pieces.entries()) text += i % 2 === 0 ? piece : (to.get(piece) ?? piece);
  return text;
}
