// Plays the Priority plugin: a Pod's priority is that of its PriorityClass, and one class at most is the default.
import type { V1PodSpec, V1PriorityClass } from '../../api/generated/types.ts';
import { type AdmissionContext, type AdmissionPlugin, type Attributes, refusal } from './plugin.ts';

type PriorityClass = V1PriorityClass & { metadata: { name: string }; value: number };

export const priority: AdmissionPlugin = {
  name: 'Priority',
  resources: ['pods', 'priorityclasses.scheduling.k8s.io'],
  operations: ['CREATE', 'UPDATE'],
  admit(attributes, context) {
    if (attributes.resource.kind.resource !== 'pods' || attributes.subresource || !attributes.object) return;
    const spec = attributes.object.spec as V1PodSpec;
    if (attributes.operation === 'UPDATE') {
      if (attributes.object.spec !== attributes.old?.spec) keepPriority(spec, attributes.old?.spec as V1PodSpec);
      return;
    }
    setPriority(attributes, spec, context);
  },
  validate(attributes, context) {
    const { resource, object, name } = attributes;
    if (resource.kind.resource !== 'priorityclasses.scheduling.k8s.io') return;
    if (!(object as unknown as PriorityClass).globalDefault) return;
    const other = globalDefault(context);
    if (other && other.metadata.name !== name) {
      throw refusal(attributes, `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`);
    }
  },
};

/** What an update leaves out keeps its value. */
function keepPriority(spec: V1PodSpec, old: V1PodSpec): void {
  if (spec.priority === undefined && old.priority !== undefined) spec.priority = old.priority;
  if (spec.preemptionPolicy === undefined && old.preemptionPolicy !== undefined) spec.preemptionPolicy = old.preemptionPolicy;
}

function setPriority(attributes: Attributes, spec: V1PodSpec, context: AdmissionContext): void {
  const found = spec.priorityClassName ? namedClass(attributes, spec.priorityClassName, context) : globalDefault(context);
  const value = found?.value ?? 0;
  const policy = found?.preemptionPolicy ?? 'PreemptLowerPriority';
  if (found && !spec.priorityClassName) spec.priorityClassName = found.metadata.name;
  if (spec.priority !== undefined && spec.priority !== value) {
    throw refusal(
      attributes,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw refusal(
      attributes,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    );
  }
  spec.priority = value;
  spec.preemptionPolicy = policy;
}

function namedClass(attributes: Attributes, name: string, { storage, resources }: AdmissionContext): PriorityClass {
  const classes = resources.find('scheduling.k8s.io', 'v1', 'priorityclasses');
  const found = classes && storage.get(classes, '', name);
  if (!found) throw refusal(attributes, `no PriorityClass with name ${name} was found`);
  return found.value as unknown as PriorityClass;
}

/** Of several defaults the one with the lowest value counts. */
function globalDefault({ storage, resources }: AdmissionContext): PriorityClass | undefined {
  const classes = resources.find('scheduling.k8s.io', 'v1', 'priorityclasses');
  let lowest: PriorityClass | undefined;
  if (!classes) return undefined;
  for (const { value } of storage.few(classes, '')) {
    const found = value as unknown as PriorityClass;
    if (found.globalDefault && (!lowest || found.value < lowest.value)) lowest = found;
  }
  return lowest;
}
