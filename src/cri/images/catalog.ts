// The catalog, in the order in which exercises use its images.
import { busybox } from './busybox.ts';
import type { ImageDefinition } from './definition.ts';
import { nginx } from './nginx.ts';

export const catalog: readonly ImageDefinition[] = [nginx, busybox];
