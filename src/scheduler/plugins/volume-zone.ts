// A volume with zone or region labels is reached only by nodes of that zone or region. Nodes without such labels are not asked.
import type { PersistentVolume } from '../../api/core/persistentvolume.ts';
import { claimNames } from '../../api/core/pod/footprint.ts';
import { jsonEqual } from '../../machinery/equal.ts';
import type { Cycle, FilterPlugin } from '../plugin.ts';

/** The former name of each label, and today's. */
const LABELS: readonly (readonly [key: string, today: string])[] = [
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['topology.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['topology.kubernetes.io/region', 'topology.kubernetes.io/region'],
];

export const volumeZone: FilterPlugin = {
  name: 'VolumeZone',
  wokenBy: ['node', 'persistentvolume', 'persistentvolumeclaim', 'storageclass'],
  helps(event, pod) {
    if (event.kind === 'persistentvolume') return !event.old || !jsonEqual(topologies(event.old), topologies(event.object));
    if (event.kind === 'storageclass') return event.object.volumeBindingMode === 'WaitForFirstConsumer';
    if (event.kind !== 'persistentvolumeclaim') return true;
    const { namespace, name } = event.object.metadata;
    return namespace === pod.metadata.namespace && claimNames(pod).includes(name);
  },
  passes: (cycle) => wanted(cycle).length === 0,
  filter(cycle, { labels }) {
    if (!LABELS.some(([key]) => key in labels)) return undefined;
    const isThere = wanted(cycle).every(({ key, today, values }) => values.has(labels[key] ?? labels[today] ?? ''));
    return isThere ? undefined : { reasons: ['node(s) had no available volume zone'], unresolvable: true };
  },
};

interface Topology {
  key: string;
  today: string;
  values: ReadonlySet<string>;
}

/** Several zones are separated by two underscores. */
function topologies({ metadata }: PersistentVolume): Topology[] {
  return LABELS.flatMap(([key, today]) => {
    const value = metadata.labels?.[key];
    return value === undefined ? [] : [{ key, today, values: new Set(value.split('__').map((zone) => zone.trim())) }];
  });
}

const wanted = (cycle: Cycle): readonly Topology[] =>
  cycle.memo('VolumeZone', () => {
    const { claims, volumes } = cycle.facts.volumes;
    const names = new Set(claims.map(({ claim }) => claim?.spec.volumeName));
    return volumes.filter(({ metadata }) => names.has(metadata.name)).flatMap(topologies);
  });
