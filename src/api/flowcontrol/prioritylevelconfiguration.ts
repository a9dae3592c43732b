import type { Stored } from '../../machinery/object.ts';
import { blank } from '../blank.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1PriorityLevelConfiguration, V1PriorityLevelConfigurationSpec } from '../generated/types.ts';
import { validatePriorityLevel } from './validation.ts';

export type PriorityLevelConfiguration = Stored<V1PriorityLevelConfiguration>;

export const PriorityLevelConfiguration = defineKind<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  setDefaults(level) {
    level.spec ??= blank<V1PriorityLevelConfigurationSpec>();
    const { exempt, limited } = level.spec;
    if (exempt) {
      exempt.nominalConcurrencyShares ??= 0;
      exempt.lendablePercent ??= 0;
    }
    if (!limited) return;
    limited.nominalConcurrencyShares ??= 30;
    limited.lendablePercent ??= 0;
    const queues = limited.limitResponse?.queuing;
    if (!queues) return;
    queues.queues ||= 64;
    queues.handSize ||= 8;
    queues.queueLengthLimit ||= 50;
  },
  prepareForCreate(level) {
    level.status = {};
  },
  validate: validatePriorityLevel,
  validateUpdate: (level) => validatePriorityLevel(level),
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
