import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1Secret } from '../generated/types.ts';

export type Secret = Stored<V1Secret>;

export const Secret = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  setDefaults(secret) {
    secret.type ||= 'Opaque';
    if (!secret.stringData) return;
    secret.data = { ...secret.data };
    for (const [key, text] of Object.entries(secret.stringData)) secret.data[key] = Buffer.from(text).toString('base64');
    delete secret.stringData;
  },
  selectableFields: (secret) => ({ type: secret.type ?? '' }),
  columns: [
    name,
    { header: 'TYPE', cell: (secret) => secret.type ?? '' },
    { header: 'DATA', type: 'integer', cell: (secret) => Object.keys(secret.data ?? {}).length },
    age,
  ],
});
