// Plays the DefaultTolerationSeconds plugin: Pods stay five minutes on a node that is not ready or unreachable, unless they say otherwise.
import type { V1PodSpec, V1Toleration } from '../../api/generated/types.ts';
import type { AdmissionPlugin } from './plugin.ts';

const TOLERATION_SECONDS = 300;
const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  resources: ['pods'],
  operations: ['CREATE', 'UPDATE'],
  admit({ object, old, subresource }) {
    if (subresource || !object || object.spec === old?.spec) return;
    const spec = object.spec as V1PodSpec;
    const missing = TAINTS.filter((key) => !spec.tolerations?.some((toleration) => tolerates(toleration, key)));
    if (missing.length === 0) return;
    const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: TOLERATION_SECONDS }));
    spec.tolerations = [...(spec.tolerations ?? []), ...added];
  },
};

function tolerates({ key, effect }: V1Toleration, taint: string): boolean {
  return (!key || key === taint) && (!effect || effect === 'NoExecute');
}
