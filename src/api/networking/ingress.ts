import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1Ingress } from '../generated/types.ts';

export type Ingress = Stored<V1Ingress>;

export const Ingress = defineKind<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
});
