import type { Stored } from '../../machinery/object.ts';
import { blank } from '../blank.ts';
import { age, conditionStatus, name, orNone } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1FlowSchema, V1FlowSchemaSpec } from '../generated/types.ts';
import { validateFlowSchema } from './validation.ts';

export type FlowSchema = Stored<V1FlowSchema>;

export const FlowSchema = defineKind<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  validate: validateFlowSchema,
  validateUpdate: (schema) => validateFlowSchema(schema),
  setDefaults(schema) {
    schema.spec ??= blank<V1FlowSchemaSpec>();
    schema.spec.matchingPrecedence ||= 1000;
  },
  prepareForCreate(schema) {
    schema.status = {};
  },
  columns: [
    name,
    { header: 'PRIORITYLEVEL', cell: (schema) => schema.spec.priorityLevelConfiguration.name },
    { header: 'MATCHINGPRECEDENCE', type: 'integer', cell: (schema) => schema.spec.matchingPrecedence },
    { header: 'DISTINGUISHERMETHOD', cell: (schema) => orNone(schema.spec.distinguisherMethod?.type) },
    age,
    {
      header: 'MISSINGPL',
      cell: (schema) =>
        conditionStatus(
          schema.status?.conditions?.map(({ type = '', status = '' }) => ({ type, status })),
          'Dangling',
        ) ?? '?',
    },
  ],
});
