import { selectorText } from '../../machinery/label-selector.ts';
import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { forbiddenField, invalidValue, notSupported, required } from '../../machinery/validation/field-error.ts';
import { blank } from '../blank.ts';
import { age, containerColumns, name } from '../columns/columns.ts';
import { defaultPodTemplate } from '../core/pod/defaults.ts';
import { defineKind } from '../define.ts';
import type { V1Deployment, V1DeploymentSpec, V1DeploymentStrategy } from '../generated/types.ts';
import { immutable, isZero, nonNegative, validateIntOrPercent, validateSelector, validateTemplate } from './validation.ts';

export type Deployment = Stored<V1Deployment>;

export const Deployment = defineKind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  validate: validateDeployment,
  validateUpdate: (deployment, old, subresource) =>
    subresource === 'status'
      ? []
      : [...validateDeployment(deployment), ...immutable(deployment.spec.selector, old.spec.selector, 'spec.selector')],
  setDefaults(deployment) {
    deployment.spec ??= blank<V1DeploymentSpec>();
    const { spec } = deployment;
    spec.replicas ??= 1;
    spec.strategy ??= {};
    spec.strategy.type ||= 'RollingUpdate';
    if (spec.strategy.type === 'RollingUpdate') {
      spec.strategy.rollingUpdate ??= {};
      spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
      spec.strategy.rollingUpdate.maxSurge ??= '25%';
    }
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    defaultPodTemplate(spec);
  },
  prepareForCreate(deployment) {
    deployment.status = {};
  },
  columns: [
    name,
    { header: 'READY', cell: (d) => `${d.status?.readyReplicas ?? 0}/${d.spec.replicas}` },
    { header: 'UP-TO-DATE', type: 'integer', cell: (d) => d.status?.updatedReplicas ?? 0 },
    { header: 'AVAILABLE', type: 'integer', cell: (d) => d.status?.availableReplicas ?? 0 },
    age,
    ...containerColumns<Deployment>((d) => d.spec.template),
    { header: 'SELECTOR', wide: true, cell: (d) => selectorText(d.spec.selector) },
  ],
});

function validateDeployment({ spec }: Deployment): FieldError[] {
  const errors = [
    ...nonNegative(spec.replicas, 'spec.replicas'),
    ...validateSelector(spec.selector, 'spec.selector', 'deployment'),
    ...validateTemplate(spec.template, spec.selector, 'spec.template', 'ReplicaSet'),
    ...validateStrategy(spec.strategy),
    ...nonNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...nonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
    ...nonNegative(spec.progressDeadlineSeconds, 'spec.progressDeadlineSeconds'),
  ];
  const deadline = spec.progressDeadlineSeconds;
  if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0)) {
    errors.push(invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  }
  return errors;
}

function validateStrategy(strategy: V1DeploymentStrategy | undefined): FieldError[] {
  const { type, rollingUpdate } = strategy ?? {};
  const at = 'spec.strategy';
  if (type === 'Recreate') {
    return rollingUpdate ? [forbiddenField(`${at}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")] : [];
  }
  if (type !== 'RollingUpdate') return [notSupported(`${at}.type`, type ?? '', ['Recreate', 'RollingUpdate'])];
  if (!rollingUpdate) return [required(`${at}.rollingUpdate`, 'this should be defaulted and never be nil')];
  const { maxSurge, maxUnavailable } = rollingUpdate;
  const errors = [
    ...validateIntOrPercent(maxUnavailable, `${at}.rollingUpdate.maxUnavailable`),
    ...validateIntOrPercent(maxSurge, `${at}.rollingUpdate.maxSurge`),
  ];
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    errors.push(invalidValue(`${at}.rollingUpdate.maxUnavailable`, maxUnavailable ?? 0, 'may not be 0 when `maxSurge` is 0'));
  }
  if (typeof maxUnavailable === 'string' && Number.parseInt(maxUnavailable, 10) > 100) {
    errors.push(invalidValue(`${at}.rollingUpdate.maxUnavailable`, maxUnavailable, 'must not be greater than 100%'));
  }
  return errors;
}
