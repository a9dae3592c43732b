// Plays the NodeRestriction plugin: a kubelet changes its own Node, the Pods that are bound to it, its own lease and its own CSINode. Tokens
// of service accounts it may ask for as it likes: whether they are for its Pods is left out.
import type { V1NodeSpec, V1PodSpec } from '../../api/generated/types.ts';
import { jsonEqual } from '../../machinery/equal.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { type AdmissionContext, type AdmissionPlugin, type Attributes, nameInErrors, refusal } from './plugin.ts';

const MIRROR = 'kubernetes.io/config.mirror';
const PREFIX = 'system:node:';

/** Labels below kubernetes.io that a kubelet may give itself. */
const OWN_LABELS = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/arch',
  'kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);

export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  admit(attributes, context) {
    const { user, resource } = attributes;
    if (!user.name.startsWith(PREFIX) || !user.groups.includes('system:nodes')) return;
    const node = user.name.slice(PREFIX.length);
    switch (resource.kind.resource) {
      case 'pods':
        pods(attributes, node, context);
        break;
      case 'nodes':
        nodes(attributes, node);
        break;
      case 'leases.coordination.k8s.io':
        leases(attributes, node);
        break;
      case 'csinodes.storage.k8s.io':
        if (attributes.name !== node) throw refusal(attributes, `can only access CSINode with the same name as the requesting node`);
    }
  },
};

function pods(attributes: Attributes, node: string, context: AdmissionContext): void {
  const { operation, object, subresource } = attributes;
  const spec = object?.spec as V1PodSpec | undefined;
  if (subresource === 'status') podOf(attributes, node, 'update status for', context);
  if (operation === 'DELETE') podOf(attributes, node, 'delete', context);
  if (operation !== 'CREATE' || !object) return;
  if (object.metadata.annotations?.[MIRROR] === undefined)
    throw refusal(
      attributes,
      `pod does not have ${JSON.stringify(MIRROR)} annotation, node ${JSON.stringify(node)} can only create mirror pods`,
    );
  if (spec?.nodeName !== node)
    throw refusal(attributes, `node ${JSON.stringify(node)} can only create pods with spec.nodeName set to itself`);
  const [owner, ...more] = object.metadata.ownerReferences ?? [];
  if (more.length > 0)
    throw refusal(attributes, `node ${JSON.stringify(node)} can only create pods with a single owner reference set to itself`);
  if (owner && (owner.kind !== 'Node' || owner.name !== node || owner.apiVersion !== 'v1')) {
    throw refusal(attributes, `node ${JSON.stringify(node)} can only create pods with an owner reference set to itself`);
  }
  if (spec?.serviceAccountName)
    throw refusal(attributes, `node ${JSON.stringify(node)} can not create pods that reference a service account`);
}

/** The Pod in question is this node's. */
function podOf(attributes: Attributes, node: string, what: string, { resources, storage }: AdmissionContext): void {
  const kind = resources.find('', 'v1', 'pods');
  const pod = attributes.old ?? (kind && storage.get(kind, attributes.namespace, attributes.name)?.value);
  if (!pod || (pod.spec as V1PodSpec).nodeName === node) return;
  throw refusal(attributes, `node ${JSON.stringify(node)} can only ${what} pods with spec.nodeName set to itself`);
}

function nodes(attributes: Attributes, node: string): void {
  const { operation, object, old, name } = attributes;
  if ((name || nameInErrors(attributes)) !== node)
    throw refusal(attributes, `node ${JSON.stringify(node)} is not allowed to modify node ${JSON.stringify(name)}`);
  if (!object) return;
  const foreign = changedLabels(object, old).filter((label) => isReserved(label));
  if (operation === 'CREATE') {
    if ((object.spec as V1NodeSpec | undefined)?.configSource)
      throw refusal(attributes, `node ${JSON.stringify(node)} is not allowed to create pods with a non-nil configSource`);
    if (foreign.length)
      throw refusal(attributes, `node ${JSON.stringify(node)} is not allowed to set the following labels: ${foreign.sort().join(', ')}`);
    return;
  }
  const taints = (one: KubeObject | undefined): unknown => (one?.spec as V1NodeSpec | undefined)?.taints ?? [];
  if (!jsonEqual(taints(object), taints(old))) throw refusal(attributes, `node ${JSON.stringify(node)} is not allowed to modify taints`);
  if (foreign.length) throw refusal(attributes, `is not allowed to modify labels: ${foreign.sort().join(', ')}`);
}

function changedLabels(object: KubeObject, old: KubeObject | undefined): string[] {
  const [is, was] = [object.metadata.labels ?? {}, old?.metadata.labels ?? {}];
  return [...new Set([...Object.keys(is), ...Object.keys(was)])].filter((label) => is[label] !== was[label]);
}

function isReserved(label: string): boolean {
  if (OWN_LABELS.has(label)) return false;
  const [domain = '', name] = label.split('/');
  if (name === undefined) return false;
  const within = (suffix: string): boolean => domain === suffix || domain.endsWith(`.${suffix}`);
  if (within('node-restriction.kubernetes.io')) return true;
  if (!within('kubernetes.io') && !within('k8s.io')) return false;
  return !within('kubelet.kubernetes.io') && !within('node.kubernetes.io');
}

function leases(attributes: Attributes, node: string): void {
  const { namespace } = attributes;
  if (namespace !== 'kube-node-lease') throw refusal(attributes, `can only access leases in the "kube-node-lease" system namespace`);
  if (nameInErrors(attributes) !== node) throw refusal(attributes, `can only access node lease with the same name as the requesting node`);
}
