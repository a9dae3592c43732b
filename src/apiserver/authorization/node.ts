// Plays the Node authorizer: what a kubelet may do. The real one also follows which Secrets and volumes the Pods of the node use;
// this one lets a kubelet read them all.
import type { V1PolicyRule } from '../../api/generated/types.ts';
import type { Authorizer } from './attributes.ts';
import { covers } from './rules.ts';

const rule = (apiGroup: string, resources: string, verbs: string): V1PolicyRule => ({
  apiGroups: [apiGroup],
  resources: resources.split(' '),
  verbs: verbs.split(' '),
});

const RULES: readonly V1PolicyRule[] = [
  rule('', 'services', 'get list watch'),
  rule('', 'nodes', 'create get list watch delete update patch'),
  rule('', 'nodes/status', 'update patch get'),
  rule('', 'events', 'create update patch'),
  rule('', 'pods', 'get list watch create delete'),
  rule('', 'pods/status', 'update patch get'),
  rule('', 'pods/eviction', 'create'),
  rule('', 'secrets configmaps', 'get list watch'),
  rule('', 'persistentvolumeclaims persistentvolumes', 'get'),
  rule('', 'persistentvolumeclaims/status', 'get update patch'),
  rule('', 'endpoints', 'get'),
  rule('', 'serviceaccounts', 'get'),
  rule('', 'serviceaccounts/token', 'create'),
  rule('authentication.k8s.io', 'tokenreviews', 'create'),
  rule('authorization.k8s.io', 'subjectaccessreviews localsubjectaccessreviews', 'create'),
  rule('certificates.k8s.io', 'certificatesigningrequests', 'create get list watch'),
  rule('coordination.k8s.io', 'leases', 'get create update patch delete'),
  rule('storage.k8s.io', 'volumeattachments', 'get'),
  rule('storage.k8s.io', 'csidrivers', 'get list watch'),
  rule('storage.k8s.io', 'csinodes', 'get create update patch delete'),
  rule('node.k8s.io', 'runtimeclasses', 'get list watch'),
  rule('resource.k8s.io', 'resourceclaims', 'get'),
  rule('resource.k8s.io', 'resourceslices', 'get list watch create update patch delete deletecollection'),
];

export const authorizeNode: Authorizer = (user, attributes) => {
  const isNode = user.name.startsWith('system:node:') && user.groups.includes('system:nodes');
  return { allowed: isNode && RULES.some((one) => covers(one, attributes)), reason: '' };
};
