import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1IngressClass } from '../generated/types.ts';

export type IngressClass = Stored<V1IngressClass>;

export const IngressClass = defineKind<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
});
