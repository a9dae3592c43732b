// The resources of metrics.k8s.io, which metrics-server adds through its APIService.
import { age, name } from '../../api/columns/columns.ts';
import { kindOf } from '../../api/define.ts';
import type { Kind } from '../../api/kind.ts';
import type { KubeObject } from '../../machinery/object.ts';

export const METRICS_GROUP = 'metrics.k8s.io';
/** The APIService that announces them. */
export const METRICS_SERVICE = `/registry/apiregistration.k8s.io/apiservices/v1beta1.${METRICS_GROUP}`;

/** A usage as metrics-server writes it: `3m`, `12Mi`. */
export interface Usage {
  cpu: string;
  memory: string;
}

export interface PodMetrics extends KubeObject {
  timestamp: string;
  window: string;
  containers: { name: string; usage: Usage }[];
}

export interface NodeMetrics extends KubeObject {
  timestamp: string;
  window: string;
  usage: Usage;
}

const resource = (kind: string, plural: string, namespaced: boolean) => ({
  group: METRICS_GROUP,
  version: 'v1beta1',
  kind,
  plural,
  namespaced,
  verbs: ['get', 'list'],
  subresources: [],
  model: '',
});

export const metricsKinds: readonly Kind[] = [
  kindOf<NodeMetrics>(resource('NodeMetrics', 'nodes', false), {
    columns: [name, { header: 'CPU', cell: ({ usage }) => usage.cpu }, { header: 'MEMORY', cell: ({ usage }) => usage.memory }, age],
  }) as unknown as Kind,
  kindOf<PodMetrics>(resource('PodMetrics', 'pods', true), { columns: [name, age] }) as unknown as Kind,
];
