import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { duplicate, forbiddenField, invalidFor, notSupported, required } from '../../machinery/validation/field-error.ts';
import { qualifiedName, validLabelValue } from '../../machinery/validation/names.ts';
import { age, conditionStatus, name, orNone } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1Node } from '../generated/types.ts';

export type Node = Stored<V1Node>;

export const Node = defineKind<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  validate: validateNode,
  validateUpdate: (node, old, subresource) => (subresource === 'status' ? [] : [...validateNode(node), ...podCidr(node, old)]),
  setDefaults(node) {
    node.spec ??= {};
    if (node.status?.capacity) node.status.allocatable ??= node.status.capacity;
  },
  selectableFields: (node) => ({ 'spec.unschedulable': String(node.spec.unschedulable ?? false) }),
  columns: [
    name,
    { header: 'STATUS', cell: (node) => readiness(node) },
    { header: 'ROLES', cell: (node) => rolesOf(node) },
    age,
    { header: 'VERSION', cell: (node) => node.status?.nodeInfo?.kubeletVersion ?? '' },
    { header: 'INTERNAL-IP', wide: true, cell: (node) => address(node, 'InternalIP') },
    { header: 'EXTERNAL-IP', wide: true, cell: (node) => address(node, 'ExternalIP') },
    { header: 'OS-IMAGE', wide: true, cell: (node) => node.status?.nodeInfo?.osImage || '<unknown>' },
    { header: 'KERNEL-VERSION', wide: true, cell: kernel },
    { header: 'CONTAINER-RUNTIME', wide: true, cell: (node) => node.status?.nodeInfo?.containerRuntimeVersion || '<unknown>' },
  ],
});

function readiness(node: Node): string {
  const ready = conditionStatus(node.status?.conditions, 'Ready');
  const text = ready === undefined ? 'Unknown' : ready === 'True' ? 'Ready' : 'NotReady';
  return node.spec.unschedulable ? `${text},SchedulingDisabled` : text;
}

const ROLE_PREFIX = 'node-role.kubernetes.io/';

/** The roles of a node by its labels; `<none>` without any. */
export function rolesOf(node: Node): string {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) roles.add(key.slice(ROLE_PREFIX.length));
    else if (key === 'kubernetes.io/role' && value) roles.add(value);
  }
  return orNone([...roles].sort().join(','));
}

const address = (node: Node, type: string): string => orNone(node.status?.addresses?.find((a) => a.type === type)?.address);

function kernel(node: Node): string {
  const { kernelVersion, architecture } = node.status?.nodeInfo ?? {};
  if (!kernelVersion) return '<unknown>';
  return architecture ? `${kernelVersion} (${architecture})` : kernelVersion;
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function validateNode({ spec }: Node): FieldError[] {
  const errors: FieldError[] = [];
  const taken = new Set<string>();
  for (const [i, { key = '', value, effect }] of (spec.taints ?? []).entries()) {
    const at = `spec.taints[${i}]`;
    errors.push(...invalidFor(`${at}.key`, key, qualifiedName(key)));
    if (value) errors.push(...invalidFor(`${at}.value`, value, validLabelValue(value)));
    if (!effect) errors.push(required(`${at}.effect`));
    else if (!EFFECTS.includes(effect)) errors.push(notSupported(`${at}.effect`, effect, EFFECTS));
    if (taken.has(`${key}:${effect}`)) {
      errors.push({
        ...duplicate(at, { key, effect }),
        message: `Duplicate value: ${JSON.stringify({ key, ...(value ? { value } : {}), effect })}: taints must be unique by key and effect pair`,
      });
    }
    taken.add(`${key}:${effect}`);
  }
  return errors;
}

function podCidr(node: Node, old: Node): FieldError[] {
  const isChanged = old.spec.podCIDR && node.spec.podCIDR !== old.spec.podCIDR;
  return isChanged ? [forbiddenField('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')] : [];
}
