// Plays containerd's image service: which images lie on a node, and how long a pull takes.
import type { Duration, Instant } from '../../machinery/clock.ts';
import type { Random } from '../../machinery/random.ts';
import type { Store } from '../../machinery/store.ts';
import type { Catalog, CatalogImage } from './catalog.ts';
import type { ImageReference } from './reference.ts';

/** `/kubemu/nodes/<node>/images/<full reference>`. */
export interface NodeImage {
  repository: string;
  tag?: string;
  digest: string;
  size: number;
  pulledAt: Instant;
}

/** How a pull will end, known when it begins. */
export interface Pull {
  duration: Duration;
  error?: string;
}

const prefixOf = (node: string): string => `/kubemu/nodes/${node}/images/`;

export const imageOn = (store: Store, node: string, reference: ImageReference): NodeImage | undefined =>
  store.get<NodeImage>(prefixOf(node) + reference.full);

/** All images on a node, as crictl lists them. */
export const imagesOn = (store: Store, node: string): [reference: string, image: NodeImage][] =>
  [...store.range<NodeImage>(prefixOf(node))].map(([key, image]) => [key.slice(prefixOf(node).length), image]);

export function keepImage(store: Store, node: string, reference: ImageReference, image: CatalogImage, at: Instant): void {
  const { repository, tag } = reference;
  store.put(prefixOf(node) + reference.full, {
    repository,
    ...(tag ? { tag } : {}),
    digest: image.digest,
    size: image.size,
    pulledAt: at,
  } satisfies NodeImage);
}

/** A registry asked about an image that is there answers in about a second; layers come at some 25 MB/s beside that. */
export async function planPull(
  catalog: Catalog,
  random: Random,
  reference: ImageReference,
  present: boolean,
  key: string,
  attempt: number,
): Promise<Pull> {
  const found = await catalog.find(reference);
  const wobble = random.u32('pull-duration', `${key}/${reference.full}`, attempt) / 2 ** 32;
  if ('error' in found) return { duration: 900 + Math.floor(wobble * 900), error: found.error };
  if (present) return { duration: 700 + Math.floor(wobble * 500) };
  return { duration: 1200 + Math.floor(found.image.size / 35_000) + Math.floor(wobble * 400) };
}
