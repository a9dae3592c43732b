import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1Endpoints } from '../generated/types.ts';

export type Endpoints = Stored<V1Endpoints>;

export const Endpoints = defineKind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
});
