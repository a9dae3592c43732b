import { jsonEqual } from '../../machinery/equal.ts';
import type { Stored } from '../../machinery/object.ts';
import { invalidFor, invalidValue } from '../../machinery/validation/field-error.ts';
import { validateLabelSelector } from '../../machinery/validation/label-selector.ts';
import { dnsSubdomain } from '../../machinery/validation/names.ts';
import { createdAt, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1CSIStorageCapacity } from '../generated/types.ts';

export type CSIStorageCapacity = Stored<V1CSIStorageCapacity>;

export const CSIStorageCapacity = defineKind<CSIStorageCapacity>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIStorageCapacity',
  validate({ storageClassName, capacity, maximumVolumeSize, nodeTopology }) {
    const sizes = { capacity, maximumVolumeSize };
    return [
      ...invalidFor('storageClassName', storageClassName ?? '', dnsSubdomain(storageClassName ?? '')),
      ...Object.entries(sizes).flatMap(([field, size]) =>
        size !== undefined && String(size).startsWith('-') ? [invalidValue(field, String(size), 'must be greater than or equal to 0')] : [],
      ),
      ...validateLabelSelector(nodeTopology, 'nodeTopology'),
    ];
  },
  validateUpdate: (is, was) => [
    ...(jsonEqual(is.nodeTopology, was.nodeTopology) ? [] : [invalidValue('nodeTopology', is.nodeTopology, 'field is immutable')]),
    ...(is.storageClassName === was.storageClassName ? [] : [invalidValue('storageClassName', is.storageClassName, 'field is immutable')]),
  ],
  columns: [name, createdAt],
});
