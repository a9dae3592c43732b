import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1IPAddress } from '../generated/types.ts';

export type IPAddress = Stored<V1IPAddress>;

export const IPAddress = defineKind<IPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
});
