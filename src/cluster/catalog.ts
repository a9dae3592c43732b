// The registries as the container runtime meets them, filled in from the image catalog.
import { imageNamed } from '../cri/images/index.ts';
import type { Catalog } from '../cri/runtime/catalog.ts';
import type { Random } from '../machinery/random.ts';

export function createCatalog(random: Random): Catalog {
  return {
    async find({ repository, full }) {
      const name = repository.replace(/^docker\.io\//, '').replace(/^library\//, '');
      const image = imageNamed(name);
      return {
        image: {
          name: image.names[0] === 'generic' ? name : (image.names[0] ?? name),
          digest: `sha256:${random.hex('image-digest', full, 0, 64)}`,
          size: image.sizeBytes,
          entrypoint: image.entrypoint ?? [],
          cmd: image.cmd ?? [],
          env: image.env ?? {},
          workingDir: image.workingDir ?? '/',
          ...(image.user === undefined ? {} : { user: image.user }),
        },
      };
    },
  };
}
