// The catalog of simulated images, and the one for everything it does not know.

import { catalog } from './catalog.ts';
import type { ImageDefinition } from './definition.ts';
import { generic } from './generic.ts';

export { catalog } from './catalog.ts';
export type { ImageBase, ImageDefinition } from './definition.ts';
export { type ImageRefusal, type LookupOptions, lookupImage, type ResolvedImage } from './lookup.ts';
export { formatReference, type ImageReference, parseReference } from './reference.ts';

const byName = new Map(catalog.flatMap((image) => image.names.map((name) => [name, image] as const)));

/** The image with this catalog name; the generic server for any other. */
export function imageNamed(name: string): ImageDefinition {
  return byName.get(name) ?? generic;
}
