// Prefers nodes that already have the Pod's images; an image counts more the more nodes have it.
import type { NodeInfo } from '../node-info.ts';
import { type Cycle, MAX_SCORE, type ScorePlugin } from '../plugin.ts';

const MB = 1024 * 1024;
const LEAST = 23 * MB;
const MOST_PER_CONTAINER = 1000 * MB;

export const imageLocality: ScorePlugin = {
  name: 'ImageLocality',
  score(cycle, node) {
    const { containers, initContainers = [] } = cycle.pod.spec;
    const all = [...initContainers, ...containers];
    const most = MOST_PER_CONTAINER * all.length;
    const sum = all.reduce((total, { image }) => total + localBytes(cycle, node, normalized(image ?? '')), 0);
    return Math.trunc((MAX_SCORE * (Math.min(Math.max(sum, LEAST), most) - LEAST)) / (most - LEAST));
  },
};

function localBytes(cycle: Cycle, node: NodeInfo, image: string): number {
  const spread = cycle.memo('ImageLocality', () => {
    const having = new Map<string, number>();
    for (const { node } of cycle.nodes) {
      for (const name of new Set(node.status?.images?.flatMap(({ names }) => names ?? []))) having.set(name, (having.get(name) ?? 0) + 1);
    }
    return having;
  });
  const local = node.node.status?.images?.find(({ names }) => names?.includes(image));
  return local ? Math.trunc(((local.sizeBytes ?? 0) * (spread.get(image) ?? 0)) / cycle.nodes.length) : 0;
}

/** As nodes list images: registry and tag spelled out. */
function normalized(image: string): string {
  const tagged = image.lastIndexOf(':') > image.lastIndexOf('/') || image.includes('@') ? image : `${image}:latest`;
  const slash = tagged.indexOf('/');
  if (slash < 0) return `docker.io/library/${tagged}`;
  const host = tagged.slice(0, slash);
  return host.includes('.') || host.includes(':') || host === 'localhost' ? tagged : `docker.io/${tagged}`;
}
