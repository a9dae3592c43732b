// Pods: columns, defaults, preparation and validation each have a file under pod/.
import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1Pod } from '../generated/types.ts';
import { podColumns } from './pod/columns.ts';
import { podFields, podGracePeriod, preparePod } from './pod/create.ts';
import { defaultPod } from './pod/defaults.ts';
import { validatePod } from './pod/validation/pod-spec.ts';
import { validatePodUpdate } from './pod/validation/update.ts';

export type Pod = Stored<V1Pod>;

export const Pod = defineKind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  columns: podColumns,
  setDefaults: defaultPod,
  prepareForCreate: preparePod,
  validate: validatePod,
  validateUpdate: validatePodUpdate,
  selectableFields: podFields,
  gracefulDeletion: podGracePeriod,
});
