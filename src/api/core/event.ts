import { ageOf } from '../../machinery/age.ts';
import type { Instant } from '../../machinery/clock.ts';
import type { Stored } from '../../machinery/object.ts';
import { UNSET_TIME } from '../blank.ts';
import { defineKind } from '../define.ts';
import type { CoreV1Event } from '../generated/types.ts';

export type Event = Stored<CoreV1Event>;

export const Event = defineKind<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  setDefaults(event) {
    event.involvedObject ??= {};
    if (event.eventTime === undefined) event.eventTime = UNSET_TIME;
    event.source ??= {};
    event.reportingComponent ??= '';
    event.reportingInstance ??= '';
    if (event.firstTimestamp === undefined) event.firstTimestamp = UNSET_TIME;
    if (event.lastTimestamp === undefined) event.lastTimestamp = UNSET_TIME;
  },
  selectableFields: (event) => ({
    'involvedObject.kind': event.involvedObject.kind ?? '',
    'involvedObject.namespace': event.involvedObject.namespace ?? '',
    'involvedObject.name': event.involvedObject.name ?? '',
    'involvedObject.uid': event.involvedObject.uid ?? '',
    'involvedObject.apiVersion': event.involvedObject.apiVersion ?? '',
    'involvedObject.resourceVersion': event.involvedObject.resourceVersion ?? '',
    'involvedObject.fieldPath': event.involvedObject.fieldPath ?? '',
    reason: event.reason ?? '',
    reportingComponent: event.reportingComponent ?? '',
    source: event.source?.component || event.reportingComponent || '',
    type: event.type ?? '',
  }),
  timeToLive: 3600,
  columns: [
    { header: 'LAST SEEN', cell: lastSeen },
    { header: 'TYPE', cell: (event) => event.type ?? '' },
    { header: 'REASON', cell: (event) => event.reason ?? '' },
    { header: 'OBJECT', cell: regarding },
    { header: 'SUBOBJECT', wide: true, cell: (event) => event.involvedObject.fieldPath ?? '' },
    { header: 'SOURCE', wide: true, cell: source },
    { header: 'MESSAGE', cell: (event) => (event.message ?? '').trim() },
    { header: 'FIRST SEEN', wide: true, cell: firstSeen },
    { header: 'COUNT', wide: true, type: 'integer', cell: (event) => event.series?.count || event.count || 1 },
    { header: 'NAME', format: 'name', wide: true, cell: (event) => event.metadata.name },
  ],
});

function firstSeen(event: Event, now: Instant): string {
  return ageOf(event.firstTimestamp || event.eventTime, now);
}

function lastSeen(event: Event, now: Instant): string {
  const at = event.series?.lastObservedTime || event.lastTimestamp;
  return at ? ageOf(at, now) : firstSeen(event, now);
}

function regarding({ involvedObject: { kind = '', name } }: Event): string {
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase();
}

function source({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || reportingComponent || '';
  const host = source?.host || reportingInstance;
  return host ? `${component}, ${host}` : component;
}
