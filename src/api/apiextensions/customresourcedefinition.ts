import type { Stored } from '../../machinery/object.ts';
import { createdAt, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1CustomResourceDefinition } from '../generated/types.ts';

export type CustomResourceDefinition = Stored<V1CustomResourceDefinition>;

export const CustomResourceDefinition = defineKind<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  setDefaults(crd) {
    const { names } = crd.spec ?? {};
    if (!names) return;
    names.singular ||= (names.kind ?? '').toLowerCase();
    names.listKind ||= names.kind ? `${names.kind}List` : '';
    crd.spec.conversion ??= { strategy: 'None' };
    if (crd.spec.conversion.webhook?.clientConfig?.service) crd.spec.conversion.webhook.clientConfig.service.port ??= 443;
  },
  prepareForCreate(crd) {
    const storedVersions = (crd.spec.versions ?? []).filter(({ storage }) => storage).map(({ name: version }) => version);
    crd.status = { acceptedNames: { kind: '', plural: '' }, conditions: [], storedVersions };
  },
  columns: [name, createdAt],
});
