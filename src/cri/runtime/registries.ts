// The registries of the world around the cluster, as the image catalog plays them.
import type { Catalog } from './catalog.ts';

/** Groups that root belongs to in the base's /etc/group. */
const ROOT_GROUPS: Readonly<Record<string, readonly number[]>> = { busybox: [10], alpine: [1, 2, 3, 4, 6, 10, 11, 20, 26, 27] };

export function createRegistries(): Catalog {
  return {
    async find({ full }) {
      const { lookupImage } = await import('../images/index.ts');
      const found = lookupImage(full);
      if ('error' in found) return { error: found.error };
      const { sizeBytes, entrypoint = [], cmd = [], env = {}, workingDir = '', user, base } = found.image;
      const groups = user === undefined ? ROOT_GROUPS[base] : undefined;
      return {
        image: {
          name: found.name,
          digest: found.repoDigest.slice(found.repoDigest.indexOf('@') + 1),
          size: sizeBytes,
          entrypoint,
          cmd,
          env,
          workingDir,
          ...(user === undefined ? {} : { user }),
          ...(groups ? { groups } : {}),
        },
      };
    },
  };
}
