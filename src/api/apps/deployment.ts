import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1Deployment } from '../generated/types.ts';

export type Deployment = Stored<V1Deployment>;

export const Deployment = defineKind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
});
