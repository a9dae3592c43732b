import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { duplicate, invalidValue, required, tooLong } from '../../machinery/validation/field-error.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1CSINode } from '../generated/types.ts';
import { validateDriverName } from './validation.ts';

export type CSINode = Stored<V1CSINode>;

export const CSINode = defineKind<CSINode>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  validate: validateNode,
  validateUpdate: (node) => validateNode(node),
  columns: [name, { header: 'DRIVERS', type: 'integer', cell: (node) => node.spec.drivers.length }, age],
});

function validateNode({ spec }: CSINode): FieldError[] {
  if (!spec?.drivers) return [required('spec.drivers')];
  const names = new Set<string>();
  return spec.drivers.flatMap(({ name: driver, nodeID, allocatable }, i) => {
    const at = `spec.drivers[${i}]`;
    const errors = validateDriverName(driver, `${at}.name`);
    if (!nodeID) errors.push(required(`${at}.nodeID`));
    else if (nodeID.length > 256) errors.push(tooLong(`${at}.nodeID`, 256));
    if ((allocatable?.count ?? 0) < 0)
      errors.push(invalidValue(`${at}.allocatable.count`, allocatable?.count, 'must be greater than or equal to 0'));
    if (names.has(driver)) errors.push(duplicate(`${at}.name`, driver));
    names.add(driver);
    return errors;
  });
}
