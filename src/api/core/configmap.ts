import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { invalidValue } from '../../machinery/validation/field-error.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1ConfigMap } from '../generated/types.ts';
import { validateImmutability, validateKeys, validateSize } from './data-validation.ts';

export type ConfigMap = Stored<V1ConfigMap>;

export const ConfigMap = defineKind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  validate: validateConfigMap,
  validateUpdate: (cm, old) => [...validateImmutability(cm, old), ...validateConfigMap(cm)],
  columns: [name, { header: 'DATA', cell: (cm) => String(count(cm.data) + count(cm.binaryData)) }, age],
});

const count = (entries: object | undefined): number => Object.keys(entries ?? {}).length;

function validateConfigMap({ data, binaryData }: ConfigMap): FieldError[] {
  const shared = Object.keys(binaryData ?? {}).filter((key) => data && Object.hasOwn(data, key));
  return [
    ...validateKeys(data, 'data'),
    ...shared.map((key) => invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData')),
    ...validateKeys(binaryData, 'binaryData'),
    ...validateSize(data, binaryData, ''),
  ];
}
