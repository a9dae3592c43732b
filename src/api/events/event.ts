// events.k8s.io/v1, kept in etcd as core Events: the same facts under other names.
import type { KubeObject, Stored } from '../../machinery/object.ts';
import { Event } from '../core/event.ts';
import { defineKind } from '../define.ts';
import type { EventsV1Event } from '../generated/types.ts';

export type EventV1 = Stored<EventsV1Event>;

export const EventV1 = defineKind<EventV1>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  timeToLive: 3600,
  columns: (Event.strategy.columns ?? []).map((column) => ({
    ...column,
    cell: (event, now) => column.cell(toStored(event) as Event, now),
  })),
  storedAs: { kind: Event, toStored, fromStored },
});

/** Field of events.k8s.io to field of core. */
const NAMES: Readonly<Record<string, string>> = {
  regarding: 'involvedObject',
  note: 'message',
  reportingController: 'reportingComponent',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
};

function toStored(event: EventV1): KubeObject {
  return { ...renamed(event, NAMES), apiVersion: 'v1', kind: 'Event' } as KubeObject;
}

function fromStored(stored: KubeObject): EventV1 {
  const back = Object.fromEntries(Object.entries(NAMES).map(([ours, core]) => [core, ours]));
  return { ...renamed(stored, back), apiVersion: 'events.k8s.io/v1', kind: 'Event' } as EventV1;
}

const renamed = (object: object, names: Readonly<Record<string, string>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).map(([field, value]) => [names[field] ?? field, value]));
