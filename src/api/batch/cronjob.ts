import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1CronJob } from '../generated/types.ts';

export type CronJob = Stored<V1CronJob>;

export const CronJob = defineKind<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
});
