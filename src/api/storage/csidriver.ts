import type { Stored } from '../../machinery/object.ts';
import { age, name, orNone } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1CSIDriver } from '../generated/types.ts';

export type CSIDriver = Stored<V1CSIDriver>;

export const CSIDriver = defineKind<CSIDriver>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  setDefaults(driver) {
    driver.spec ??= {};
    const { spec } = driver;
    spec.attachRequired ??= true;
    spec.podInfoOnMount ??= false;
    spec.storageCapacity ??= false;
    spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
    if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent'];
    spec.requiresRepublish ??= false;
    spec.seLinuxMount ??= false;
  },
  columns: [
    name,
    { header: 'ATTACHREQUIRED', type: 'boolean', cell: (driver) => driver.spec.attachRequired ?? true },
    { header: 'PODINFOONMOUNT', type: 'boolean', cell: (driver) => driver.spec.podInfoOnMount ?? false },
    { header: 'STORAGECAPACITY', type: 'boolean', cell: (driver) => driver.spec.storageCapacity ?? false },
    { header: 'TOKENREQUESTS', cell: (driver) => driver.spec.tokenRequests?.map(({ audience }) => audience).join(',') || '<unset>' },
    { header: 'REQUIRESREPUBLISH', type: 'boolean', cell: (driver) => driver.spec.requiresRepublish ?? false },
    { header: 'MODES', cell: (driver) => orNone(driver.spec.volumeLifecycleModes?.join(',')) },
    age,
  ],
});
