import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1Job } from '../generated/types.ts';

export type Job = Stored<V1Job>;

export const Job = defineKind<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
});
