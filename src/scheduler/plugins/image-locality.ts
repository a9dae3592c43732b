// Prefers nodes that already have the Pod's images; an image counts more the more nodes have it.
import { type Cycle, MAX_SCORE, type ScorePlugin } from '../plugin.ts';

const MB = 1024 * 1024;
const LEAST = 23 * MB;
const MOST_PER_CONTAINER = 1000 * MB;

export const imageLocality: ScorePlugin = {
  name: 'ImageLocality',
  score(cycle, node) {
    if (node.imageSizes.size === 0) return 0;
    const wanted = cycle.memo('ImageLocality', () => wantedImages(cycle));
    const most = MOST_PER_CONTAINER * wanted.length;
    let sum = 0;
    for (const { name, spread } of wanted) {
      const size = node.imageSizes.get(name);
      if (size !== undefined) sum += Math.trunc(size * spread);
    }
    return Math.trunc((MAX_SCORE * (Math.min(Math.max(sum, LEAST), most) - LEAST)) / (most - LEAST));
  },
};

/** The Pod's images, each with the share of nodes that have it. */
function wantedImages({ pod, nodes, facts }: Cycle): { name: string; spread: number }[] {
  return [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map(({ image }) => {
    const name = normalized(image ?? '');
    return { name, spread: facts.nodesWith(name) / nodes.length };
  });
}

/** As nodes list images: registry and tag spelled out. */
function normalized(image: string): string {
  const tagged = image.lastIndexOf(':') > image.lastIndexOf('/') || image.includes('@') ? image : `${image}:latest`;
  const slash = tagged.indexOf('/');
  if (slash < 0) return `docker.io/library/${tagged}`;
  const host = tagged.slice(0, slash);
  return host.includes('.') || host.includes(':') || host === 'localhost' ? tagged : `docker.io/${tagged}`;
}
