// Resource claims of a Pod: see resource-claims.ts for what is done of dynamic resource allocation and what is not.
import { isReachable } from '../../machinery/volume-matching.ts';
import type { FilterPlugin } from '../plugin.ts';

export const dynamicResources: FilterPlugin = {
  name: 'DynamicResources',
  wokenBy: ['resourceclaim', 'node'],
  passes: ({ facts }) => !facts.resourceClaims,
  filter({ facts }, { node }) {
    const { refusal, selectors = [] } = facts.resourceClaims ?? {};
    if (refusal) return refusal;
    const isThere = selectors.every((selector) => isReachable(selector, node));
    return isThere ? undefined : { reasons: ['resourceclaim not available on the node'], unresolvable: true };
  },
  helps(event, pod) {
    if (event.kind !== 'resourceclaim') return true;
    const { namespace, name } = event.object.metadata;
    const named = (pod.spec.resourceClaims ?? []).map(({ resourceClaimName }) => resourceClaimName);
    const made = (pod.status?.resourceClaimStatuses ?? []).map(({ resourceClaimName }) => resourceClaimName);
    return namespace === pod.metadata.namespace && [...named, ...made].includes(name);
  },
};
