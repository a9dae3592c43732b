// How fast a DaemonSet replaces Pods that fail on a node, perhaps because its kubelet rejects them: after 1 s, 2 s, 4 s … 15 min.
import type { DaemonSet } from '../api/apps/daemonset.ts';
import { type Duration, type Instant, minutes, seconds } from '../machinery/clock.ts';
import type { Store } from '../machinery/store.ts';

const FIRST = seconds(1);
const LONGEST = minutes(15);

interface Entry {
  at: Instant;
  delay: Duration;
}

export interface BackOff {
  /** Says yes once in each delay, and doubles it. */
  mayReplace(node: string): boolean;
  /** How long until one that was refused may be replaced. */
  readonly wait: Duration | undefined;
}

/** A changed DaemonSet begins anew, as does a node where nothing has failed for long. */
export function failedPodsBackOff(memory: Store, { metadata }: DaemonSet, now: Instant): BackOff {
  let wait: Duration | undefined;
  const generation = `${metadata.uid}/${metadata.generation ?? 0}/`;
  return {
    mayReplace(node) {
      for (const key of [...memory.keys(`${metadata.uid}/`)]) if (!key.startsWith(generation)) memory.delete(key);
      const entry = memory.get<Entry>(generation + node);
      if (entry && now - entry.at < entry.delay) {
        const left = entry.at + entry.delay - now;
        wait = Math.min(wait ?? left, left);
        return false;
      }
      const isFresh = !entry || now - entry.at > 2 * LONGEST;
      memory.put(generation + node, { at: now, delay: isFresh ? FIRST : Math.min(entry.delay * 2, LONGEST) } satisfies Entry);
      return true;
    },
    get wait() {
      return wait;
    },
  };
}
