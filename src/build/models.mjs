// The published models as data: every model with its fields, their types as JSON has them, and their descriptions.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ name: string, type: string, format: string, required: boolean, doc: string }} Field
 * @typedef {{ name: string, doc: string, fields: Field[] }} Model
 */

/** Quantities are plain strings in the client's models; these fields hold them. */
const QUANTITIES = new Set(
  `V1CSIStorageCapacity.capacity V1CSIStorageCapacity.maximumVolumeSize V1ContainerStatus.allocatedResources V1Counter.value
  V1CapacityRequirements.requests V1CapacityRequestPolicy.default V1CapacityRequestPolicy.validValues V1CapacityRequestPolicyRange.max
  V1CapacityRequestPolicyRange.min V1CapacityRequestPolicyRange.step V1DeviceCapacity.value V1DeviceRequestAllocationResult.consumedCapacity
  V1EmptyDirVolumeSource.sizeLimit V1LimitRangeItem.default V1LimitRangeItem.defaultRequest V1LimitRangeItem.max
  V1LimitRangeItem.maxLimitRequestRatio V1LimitRangeItem.min V1NodeStatus.allocatable V1NodeStatus.capacity V1Overhead.podFixed
  V1PersistentVolumeClaimStatus.allocatedResources V1PersistentVolumeClaimStatus.capacity V1PersistentVolumeSpec.capacity
  V1PodSpec.overhead V1PodStatus.allocatedResources V1ResourceFieldSelector.divisor V1ResourceQuotaSpec.hard V1ResourceQuotaStatus.hard
  V1ResourceQuotaStatus.used V1ResourceRequirements.limits V1ResourceRequirements.requests V1VolumeResourceRequirements.limits
  V1VolumeResourceRequirements.requests V2HPAScalingRules.tolerance V2MetricTarget.averageValue V2MetricTarget.value
  V2MetricValueStatus.averageValue V2MetricValueStatus.value`.split(/\s+/),
);

/** @param {string} client folder of the generated client @returns {Map<string, Model>} */
export function readModels(client) {
  const folder = join(client, 'models');
  const models = new Map();
  for (const file of readdirSync(folder)) {
    if (!/^[A-Z]\w*V?\d\w*\.js$/.test(file)) continue;
    const source = readFileSync(join(folder, file), 'utf8');
    const declaration = readFileSync(join(folder, file.replace('.js', '.d.ts')), 'utf8');
    const name = /export class (\w+)/.exec(source)?.[1];
    if (!name || name === 'V1MicroTime') continue;
    const docs = new Map();
    const required = new Set();
    for (const [, doc, field, optional] of declaration.matchAll(
      /^(?: {4}\/\*\*\n((?: {4}\*[^\n]*\n)*?) {4}\*\/\n)? {4}'([^']+)'(\??):/gm,
    )) {
      docs.set(field, textOf(doc));
      if (!optional) required.add(field);
    }
    const fields = [];
    for (const [, property, json, type, format] of source.matchAll(
      /"name": "([^"]+)",\s*"baseName": "([^"]+)",\s*"type": "([^"]+)",\s*"format": "([^"]*)"/g,
    )) {
      const isQuantity = QUANTITIES.has(`${name}.${json}`);
      fields.push({
        name: json,
        type: isQuantity ? type.replace(/string(;?\s*\}?>?)$/, 'Quantity$1') : type,
        format,
        required: required.has(property),
        doc: docs.get(property) ?? '',
      });
    }
    models.set(name, { name, doc: textOf(/\/\*\*\n((?:\*[^\n]*\n)*?)\*\/\nexport declare class/.exec(declaration)?.[1]), fields });
  }
  return models;
}

/** The models that a type mentions: `Array<V1Container>` → `V1Container`. */
export const mentioned = (type) =>
  [...type.matchAll(/\b(?:[A-Z]\w*?)?V\d\w+\b/g)].map(([name]) => name).filter((name) => name !== 'V1MicroTime');

/** Every model reachable from `root`, itself first; `stop` models are named in the result's edges but not entered. */
export function closure(models, root, stop = new Set()) {
  const found = new Set([root]);
  for (const name of found) {
    for (const field of models.get(name)?.fields ?? []) {
      for (const next of mentioned(field.type)) if (models.has(next) && !stop.has(next)) found.add(next);
    }
  }
  return [...found];
}

function textOf(comment = '') {
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join(' ')
    .replace(/\\(['"])/g, '$1')
    .replace(/\\\\/g, '\\')
    .trim();
}
