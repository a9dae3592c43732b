// A Pod that names its node goes there or nowhere.
import type { FilterPlugin } from '../plugin.ts';

export const nodeName: FilterPlugin = {
  name: 'NodeName',
  wokenBy: ['node'],
  passes: ({ pod }) => !pod.spec.nodeName,
  filter({ pod }, { name }) {
    if (!pod.spec.nodeName || pod.spec.nodeName === name) return undefined;
    return { reasons: ["node(s) didn't match the requested node name"], unresolvable: true };
  },
  helps: (event, pod) => event.kind !== 'node' || (!event.old && event.object.metadata.name === pod.spec.nodeName),
};
