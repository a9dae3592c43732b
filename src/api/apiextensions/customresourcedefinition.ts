import type { Stored } from '../../machinery/object.ts';
import { createdAt, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1CustomResourceDefinition } from '../generated/types.ts';

export type CustomResourceDefinition = Stored<V1CustomResourceDefinition>;

export const CustomResourceDefinition = defineKind<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  columns: [name, createdAt],
});
