// The Pod template in descriptions of workloads.
import type { V1PodTemplateSpec } from '../../api/generated/types.ts';
import { describeContainers } from './containers.ts';
import type { Description } from './description.ts';
import { describeSpread, describeTolerations } from './pod.ts';
import { describeVolumes } from './volumes.ts';

export function describePodTemplate(out: Description, template: V1PodTemplateSpec | undefined): void {
  out.line(0, 'Pod Template:');
  if (!template) {
    out.line(1, '<unset>');
    return;
  }
  const { metadata, spec } = template;
  out.labels('  Labels', metadata?.labels);
  if (Object.keys(metadata?.annotations ?? {}).length > 0) out.annotations(metadata?.annotations, '', '  Annotations');
  if (spec?.serviceAccountName) out.line(0, `  Service Account:\t${spec.serviceAccountName}`);
  if (spec?.initContainers?.length) describeContainers(out, 'Init Containers', spec.initContainers, undefined, undefined, '  ');
  describeContainers(out, 'Containers', spec?.containers, undefined, undefined, '  ');
  describeVolumes(out, spec?.volumes, '  ');
  describeSpread(out, spec?.topologySpreadConstraints, '  ');
  if (spec?.priorityClassName) out.line(0, `  Priority Class Name:\t${spec.priorityClassName}`);
  out.labels('  Node-Selectors', spec?.nodeSelector);
  describeTolerations(out, spec?.tolerations, '  ');
}
