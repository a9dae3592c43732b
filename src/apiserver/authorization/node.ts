// Plays the Node authorizer: what a kubelet may do. It reads what Pods of its node use, and of nodes, leases and CSINodes its own. Left out:
// lists of Pods are not held to the node.
import type { V1PodSpec, V1PolicyRule } from '../../api/generated/types.ts';
import type { Etcd } from '../../etcd/etcd.ts';
import type { KubeObject } from '../../machinery/object.ts';
import type { Store } from '../../machinery/store.ts';
import type { AccessAttributes, Authorizer, Decision } from './attributes.ts';
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

const RELATED = new Set(['secrets', 'configmaps', 'persistentvolumeclaims', 'persistentvolumes']);
const NODE_LEASES = 'kube-node-lease';

export function createNodeAuthorizer(etcd: Etcd, store: Store): Authorizer {
  const no = (reason: string): Decision => ({ allowed: false, reason });
  const yes: Decision = { allowed: true, reason: '' };

  /** Of the node, what a request may touch by its name. */
  const own = (node: string, attributes: AccessAttributes): Decision => {
    const { group, resource, subresource, verb, namespace, name } = attributes;
    // NodeRestriction sees to what it writes.
    if (group === '' && resource === 'nodes' && verb === 'get' && name !== node) {
      return no(`node '${node}' cannot read '${name}', only its own Node object`);
    }
    if (group === 'coordination.k8s.io' && resource === 'leases') {
      if (namespace !== NODE_LEASES) return no(`can only access leases in the "${NODE_LEASES}" system namespace`);
      if (verb !== 'create' && name !== node) return no('can only access node lease with the same name as the requesting node');
    }
    if (group === 'storage.k8s.io' && resource === 'csinodes' && verb !== 'create' && name !== node) {
      return no('can only access CSINode with the same name as the requesting node');
    }
    const isToken = resource === 'serviceaccounts' && subresource === 'token';
    if (group !== '' || !(RELATED.has(resource) || isToken)) return yes;
    if (!isToken && subresource && subresource !== 'status') return no('cannot read subresource');
    if (!isToken && !subresource && !['get', 'list', 'watch'].includes(verb)) return no('can only read resources of this type');
    if (!name) return no('No Object name found');
    return isRelated(node, isToken ? 'serviceaccounts' : resource, namespace, name)
      ? yes
      : no(`no relationship found between node '${node}' and this object`);
  };

  /** Some Pod of the node uses it. */
  const isRelated = (node: string, resource: string, namespace: string, name: string): boolean => {
    for (const key of store.keys(`/kubemu/index/pods/node/${node}/`)) {
      const [podNamespace = '', podName = ''] = key.split('/').slice(-2);
      const pod = etcd.get<KubeObject>(`/registry/pods/${podNamespace}/${podName}`)?.value;
      if (!pod) continue;
      if (resource === 'persistentvolumes') {
        for (const claim of referencesOf(pod, 'persistentvolumeclaims')) {
          const bound = etcd.get<KubeObject>(`/registry/persistentvolumeclaims/${podNamespace}/${claim}`)?.value;
          if ((bound?.spec as { volumeName?: string } | undefined)?.volumeName === name) return true;
        }
      } else if (podNamespace === namespace && referencesOf(pod, resource).has(name)) return true;
    }
    return false;
  };

  return (user, attributes) => {
    const node = user.name.startsWith(PREFIX) && user.groups.includes('system:nodes') ? user.name.slice(PREFIX.length) : '';
    if (!node || !RULES.some((one) => covers(one, attributes))) return no('');
    return own(node, attributes);
  };
}

const PREFIX = 'system:node:';

/** The names of what a Pod uses: wherever a field says so, in volumes and in containers. */
function referencesOf({ spec, metadata }: KubeObject, resource: string): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (name: unknown): void => void (typeof name === 'string' && names.add(name));
  const { serviceAccountName, imagePullSecrets, volumes } = spec as V1PodSpec;
  if (resource === 'serviceaccounts') add(serviceAccountName);
  if (resource === 'secrets') for (const { name } of imagePullSecrets ?? []) add(name);
  if (resource === 'persistentvolumeclaims') {
    for (const { name, ephemeral } of volumes ?? []) if (ephemeral) add(`${metadata.name}-${name}`);
  }
  const fields = FIELDS[resource] ?? {};
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [field, below] of Object.entries(value)) {
      const named = fields[field];
      if (named && typeof below === 'object' && below !== null) {
        const { [named]: name, name: plain } = below as Record<string, unknown>;
        add(name ?? plain);
      }
      look(below);
    }
  };
  look(spec);
  return names;
}

/** Fields that hold a reference, and what the name is called in it. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  secrets: { secretKeyRef: 'name', secretRef: 'name', secret: 'secretName', nodePublishSecretRef: 'name' },
  configmaps: { configMapKeyRef: 'name', configMapRef: 'name', configMap: 'name' },
  persistentvolumeclaims: { persistentVolumeClaim: 'claimName' },
};
