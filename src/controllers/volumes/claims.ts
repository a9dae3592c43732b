// Which claims a Pod uses, those of its generic ephemeral volumes included.
import type { Pod } from '../../api/core/pod.ts';

export const claimNames = ({ metadata, spec }: Pod): string[] =>
  (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return [persistentVolumeClaim.claimName];
    return ephemeral ? [`${metadata.name}-${name}`] : [];
  });
