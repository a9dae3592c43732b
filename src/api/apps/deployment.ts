import { selectorText } from '../../machinery/label-selector.ts';
import type { Stored } from '../../machinery/object.ts';
import { blank } from '../blank.ts';
import { age, containerColumns, name } from '../columns/columns.ts';
import { defaultPodTemplate } from '../core/pod/defaults.ts';
import { defineKind } from '../define.ts';
import type { V1Deployment, V1DeploymentSpec } from '../generated/types.ts';

export type Deployment = Stored<V1Deployment>;

export const Deployment = defineKind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
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
