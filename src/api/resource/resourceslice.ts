import type { Stored } from '../../machinery/object.ts';
import { required } from '../../machinery/validation/field-error.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1ResourceSlice } from '../generated/types.ts';

export type ResourceSlice = Stored<V1ResourceSlice>;

export const ResourceSlice = defineKind<ResourceSlice>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceSlice',
  validate: ({ spec }) => [...(spec?.driver ? [] : [required('spec.driver')]), ...(spec?.pool?.name ? [] : [required('spec.pool.name')])],
  columns: [
    name,
    { header: 'NODE', cell: (slice) => slice.spec.nodeName ?? '' },
    { header: 'DRIVER', cell: (slice) => slice.spec.driver },
    { header: 'POOL', cell: (slice) => slice.spec.pool.name },
    age,
  ],
});
