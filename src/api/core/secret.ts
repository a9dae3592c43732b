import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1Secret } from '../generated/types.ts';

export type Secret = Stored<V1Secret>;

export const Secret = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
});
