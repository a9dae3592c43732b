import type { Stored } from '../../machinery/object.ts';
import { age, firstFew, loadBalancerText, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1Ingress } from '../generated/types.ts';
import { validateIngress } from './ingress-validation.ts';

export type Ingress = Stored<V1Ingress>;

export const Ingress = defineKind<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  validate: validateIngress,
  validateUpdate: (ingress, _old, subresource) => (subresource === 'status' ? [] : validateIngress(ingress)),
  setDefaults(ingress) {
    ingress.spec ??= {};
  },
  prepareForCreate(ingress) {
    ingress.status = { loadBalancer: {} };
  },
  columns: [
    name,
    { header: 'CLASS', cell: (ingress) => ingress.spec.ingressClassName ?? '<none>' },
    { header: 'HOSTS', cell: hosts },
    { header: 'ADDRESS', cell: (ingress) => loadBalancerText(ingress.status?.loadBalancer?.ingress) },
    { header: 'PORTS', cell: (ingress) => (ingress.spec.tls?.length ? '80, 443' : '80') },
    age,
  ],
});

function hosts({ spec: { rules = [] } }: Ingress): string {
  const named = rules.flatMap(({ host }) => host || []);
  return named.length ? firstFew(named, 3, ',', named.length > 3 ? rules.length : named.length) : '*';
}
