import type { Stored } from '../../machinery/object.ts';
import { containerColumns, labelsText, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1PodTemplate } from '../generated/types.ts';
import { defaultPodTemplate } from './pod/defaults.ts';
import { validatePodTemplate } from './pod/validation/pod-spec.ts';

export type PodTemplate = Stored<V1PodTemplate>;

export const PodTemplate = defineKind<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  validate: ({ template }) => validatePodTemplate(template, 'template'),
  setDefaults(template) {
    defaultPodTemplate(template);
  },
  columns: [
    name,
    ...containerColumns<PodTemplate>((template) => template.template).map(({ wide: _, ...column }) => column),
    { header: 'POD LABELS', cell: (template) => labelsText(template.template?.metadata?.labels) },
  ],
});
