// pkg/apis/batch/v1/defaults.go and the generated selector of pkg/registry/batch/job.
import { blank } from '../../blank.ts';
import { defaultPodTemplate } from '../../core/pod/defaults.ts';
import type { V1JobSpec } from '../../generated/types.ts';
import type { Job } from '../job.ts';

const UNLIMITED = 2 ** 31 - 1;

export function defaultJob(job: Job): void {
  job.spec ??= blank<V1JobSpec>();
  const { spec } = job;
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : UNLIMITED;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.manualSelector ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True';
  }
  const { metadata } = defaultPodTemplate(spec);
  takeLabels(job, metadata?.labels);
}

/** The Pods of a Job are told apart by its uid, unless somebody selects by hand. */
export function prepareJob(job: Job): void {
  const { spec, metadata } = job;
  job.status = {};
  if (spec.manualSelector) return;
  const { uid, name } = metadata;
  spec.template.metadata = {
    ...spec.template.metadata,
    labels: {
      ...spec.template.metadata?.labels,
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': name,
      'controller-uid': uid,
      'job-name': name,
    },
  };
  spec.selector = { ...spec.selector, matchLabels: { ...spec.selector?.matchLabels, 'batch.kubernetes.io/controller-uid': uid } };
  takeLabels(job, spec.template.metadata.labels);
}

/** A Job without labels shows those of its template. */
function takeLabels(job: Job, labels: Record<string, string> | undefined): void {
  if (labels && Object.keys(labels).length && !Object.keys(job.metadata.labels ?? {}).length) job.metadata.labels = { ...labels };
}
