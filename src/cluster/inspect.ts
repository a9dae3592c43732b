// What fills a cluster's file, for `kubemu cluster inspect`. Reads the lines without parsing their values.
import { statSync } from 'node:fs';
import type { Instant } from '../machinery/clock.ts';
import type { WakeUpClass } from '../machinery/loop.ts';
import { openStateFile } from '../state/file.ts';
import { storeOf } from '../state/keyspace-store.ts';
import { openClock } from './clock.ts';
import { readFacts } from './facts.ts';
import { resourceOfKey } from './resource-of-key.ts';

export interface Usage {
  /** A resource (`pods`), or the prefix of a room's keys. */
  of: string;
  keys: number;
  /** Bytes of lines that hold a key's value, that only history needs, and that the next fold drops. */
  live: number;
  history: number;
  log: number;
}

export interface Inspection {
  path: string;
  size: number;
  cluster: string | undefined;
  time: Instant;
  nodes: number;
  keys: number;
  revision: number;
  /** Watches can start behind this revision. */
  compacted: number;
  commits: number;
  usage: Usage[];
  largest: { key: string; size: number }[];
  wakeUps: { class: WakeUpClass; count: number; next: Instant | undefined }[];
  /** What is wrong with the file, in one sentence. */
  damage: string | undefined;
}

const LARGEST = 10;
const CLASSES: readonly WakeUpClass[] = ['progress', 'process', 'recurrence', 'deadline'];
const DIGITS = 15;

export function inspectCluster(stateFile: string): Inspection {
  const size = statSync(stateFile, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw new Error(`${stateFile} holds no cluster yet`);
  const file = openStateFile(stateFile);
  const { keyspace, lines } = file;
  lines?.verify();
  const store = storeOf(keyspace);
  const facts = readFacts(store);
  const usage = new Map<string, Usage>();
  const largest: { key: string; size: number }[] = [];
  lines?.eachLine((key, bytes, role) => {
    const of = groupOf(key);
    const row = usage.get(of) ?? { of, keys: 0, live: 0, history: 0, log: 0 };
    usage.set(of, row);
    row[role] += bytes;
    if (role !== 'live') return;
    row.keys++;
    if (largest.length === LARGEST && bytes <= (largest.at(-1)?.size ?? 0)) return;
    largest.push({ key, size: bytes });
    largest.sort((a, b) => b.size - a.size);
    largest.length = Math.min(largest.length, LARGEST);
  });
  return {
    path: file.path,
    size,
    cluster: facts?.name,
    time: openClock(store).state.now,
    nodes: facts?.nodes.length ?? 0,
    keys: keyspace.count('/'),
    revision: keyspace.revision,
    compacted: keyspace.compacted,
    commits: lines?.commits().length ?? 0,
    usage: [...usage.values()].sort((a, b) => total(b) - total(a)),
    largest,
    wakeUps: CLASSES.map((cls) => {
      const prefix = `/kubemu/wakeups/${cls}/`;
      const [first] = keyspace.keys(prefix);
      const next = first === undefined ? undefined : Number(first.slice(prefix.length, prefix.length + DIGITS));
      return { class: cls, count: keyspace.count(prefix), next };
    }),
    damage: file.warning?.message,
  };
}

const total = ({ live, history, log }: Usage): number => live + history + log;

/** `pods`, `ingresses.networking.k8s.io`, `/kubemu/cri`. */
function groupOf(key: string): string {
  if (key.startsWith('/registry/')) return resourceOfKey(key) ?? key.split('/').slice(0, 3).join('/');
  return key.split('/').slice(0, 3).join('/');
}
