// Plays the DefaultTolerationSeconds plugin: Pods stay five minutes on a node that is not ready or unreachable, unless they say otherwise.
import type { V1PodSpec, V1Toleration } from '../../api/generated/types.ts';
import { deepFreeze } from '../../machinery/freeze.ts';
import type { AdmissionPlugin } from './plugin.ts';

const TOLERATION_SECONDS = 300;
/** The same for every Pod, and shared by all. */
const TOLERATIONS: readonly V1Toleration[] = deepFreeze(
  ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: TOLERATION_SECONDS,
  })),
);

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  resources: ['pods'],
  operations: ['CREATE', 'UPDATE'],
  admit({ object, old, subresource }) {
    if (subresource || !object || object.spec === old?.spec) return;
    const spec = object.spec as V1PodSpec;
    const missing = TOLERATIONS.filter(({ key }) => !spec.tolerations?.some((toleration) => tolerates(toleration, key)));
    if (missing.length > 0) spec.tolerations = [...(spec.tolerations ?? []), ...missing];
  },
};

function tolerates({ key, effect }: V1Toleration, taint: string | undefined): boolean {
  return (!key || key === taint) && (!effect || effect === 'NoExecute');
}
