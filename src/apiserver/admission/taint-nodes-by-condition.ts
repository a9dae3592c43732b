// Plays the TaintNodesByCondition plugin: a new Node takes no Pods until its conditions have been seen.
import type { V1NodeSpec } from '../../api/generated/types.ts';
import type { AdmissionPlugin } from './plugin.ts';

const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  resources: ['nodes'],
  operations: ['CREATE'],
  admit({ object, subresource }) {
    if (subresource || !object) return;
    const spec = (object.spec ?? {}) as V1NodeSpec;
    if (!spec.taints?.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) {
      spec.taints = [...(spec.taints ?? []), { ...NOT_READY }];
    }
    object.spec = spec;
  },
};
