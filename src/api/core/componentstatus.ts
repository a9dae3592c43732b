import type { Stored } from '../../machinery/object.ts';
import { name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1ComponentStatus } from '../generated/types.ts';

export type ComponentStatus = Stored<V1ComponentStatus>;

export const ComponentStatus = defineKind<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  columns: [
    name,
    { header: 'STATUS', cell: (status) => health(status).text },
    { header: 'MESSAGE', cell: (status) => health(status).message },
    { header: 'ERROR', cell: (status) => health(status).error },
  ],
});

function health({ conditions }: ComponentStatus): { text: string; message: string; error: string } {
  const condition = conditions?.find(({ type }) => type === 'Healthy');
  if (!condition) return { text: 'Unknown', message: '', error: '' };
  return { text: condition.status === 'True' ? 'Healthy' : 'Unhealthy', message: condition.message ?? '', error: condition.error ?? '' };
}
