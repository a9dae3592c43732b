import type { Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1PriorityLevelConfiguration } from '../generated/types.ts';

export type PriorityLevelConfiguration = Stored<V1PriorityLevelConfiguration>;

export const PriorityLevelConfiguration = defineKind<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  columns: [
    name,
    { header: 'TYPE', cell: (level) => level.spec.type },
    { header: 'NOMINALCONCURRENCYSHARES', cell: ({ spec: { limited } }) => text(limited?.nominalConcurrencyShares) },
    { header: 'QUEUES', cell: (level) => text(queuing(level)?.queues) },
    { header: 'HANDSIZE', cell: (level) => text(queuing(level)?.handSize) },
    { header: 'QUEUELENGTHLIMIT', cell: (level) => text(queuing(level)?.queueLengthLimit) },
    age,
  ],
});

const text = (n: number | undefined): string => (n === undefined ? '<none>' : String(n));

const queuing = ({ spec }: PriorityLevelConfiguration) => spec.limited?.limitResponse?.queuing;
