import { jsonEqual } from '../../machinery/equal.ts';
import type { Stored } from '../../machinery/object.ts';
import { forbiddenField, required } from '../../machinery/validation/field-error.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1VolumeAttributesClass } from '../generated/types.ts';
import { validateDriverName } from './validation.ts';

export type VolumeAttributesClass = Stored<V1VolumeAttributesClass>;

export const VolumeAttributesClass = defineKind<VolumeAttributesClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  validate: ({ driverName, parameters }) => [
    ...validateDriverName(driverName, 'driverName'),
    ...(Object.keys(parameters ?? {}).length === 0 ? [required('parameters', 'must contain at least one key/value pair')] : []),
  ],
  validateUpdate: (is, was) => [
    ...(is.driverName === was.driverName ? [] : [forbiddenField('driverName', 'updates to driverName are forbidden.')]),
    ...(jsonEqual(is.parameters, was.parameters) ? [] : [forbiddenField('parameters', 'updates to parameters are forbidden.')]),
  ],
  columns: [name, { header: 'DRIVERNAME', cell: (vac) => vac.driverName }, age],
});
