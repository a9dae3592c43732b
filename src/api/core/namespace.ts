import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1Namespace } from '../generated/types.ts';

export type Namespace = Stored<V1Namespace>;

export const Namespace = defineKind<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  nameRule: 'dns-label',
  setDefaults(ns) {
    const { name } = ns.metadata;
    if (name && ns.metadata.labels?.[NAME_LABEL] !== name) ns.metadata.labels = { ...ns.metadata.labels, [NAME_LABEL]: name };
    ns.spec ??= {};
  },
  prepareForCreate(ns) {
    ns.status = { phase: 'Active' };
    if (!ns.spec.finalizers?.includes('kubernetes')) ns.spec.finalizers = [...(ns.spec.finalizers ?? []), 'kubernetes'];
  },
  prepareForUpdate(ns, old, { subresource }) {
    if (subresource !== 'finalize' && ns.spec.finalizers !== old.spec.finalizers) ns.spec = old.spec;
  },
  selectableFields: (ns) => ({ 'status.phase': ns.status?.phase ?? '' }),
  columns: [name, { header: 'STATUS', cell: (ns) => ns.status?.phase ?? '' }, age],
});

const NAME_LABEL = 'kubernetes.io/metadata.name';
