import type { Stored } from '../../machinery/object.ts';
import { age, nameWithDefault } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1IngressClass } from '../generated/types.ts';

export type IngressClass = Stored<V1IngressClass>;

export const IngressClass = defineKind<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  setDefaults(ingressClass) {
    ingressClass.spec ??= {};
    if (ingressClass.spec.parameters) ingressClass.spec.parameters.scope ??= 'Cluster';
  },
  columns: [
    nameWithDefault('ingressclass.kubernetes.io/is-default-class'),
    { header: 'CONTROLLER', cell: (ingressClass) => ingressClass.spec.controller ?? '' },
    { header: 'PARAMETERS', cell: parameters },
    age,
  ],
});

function parameters({ spec: { parameters } }: IngressClass): string {
  if (!parameters) return '<none>';
  return `${parameters.kind}${parameters.apiGroup ? `.${parameters.apiGroup}` : ''}/${parameters.name}`;
}
