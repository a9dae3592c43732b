// What the runtime asks the simulated registries: the contract that the image catalog fills in.
import type { ImageReference } from './reference.ts';

/** An image's configuration, as its manifest holds it. */
export interface CatalogImage {
  /** The catalog's own name, for the process engine. */
  name: string;
  /** `sha256:…` of its manifest. */
  digest: string;
  /** Bytes to pull. */
  size: number;
  entrypoint: readonly string[];
  cmd: readonly string[];
  env: Readonly<Record<string, string>>;
  workingDir: string;
  /** Numeric user; root when absent. */
  user?: number;
  /** Further groups of the user: busybox's root is in group 10. */
  groups?: readonly number[];
}

export interface Catalog {
  /** The image, or the registry's refusal in the runtime's words. */
  find(reference: ImageReference): Promise<{ image: CatalogImage } | { error: string }>;
}
