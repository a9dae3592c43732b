// The events at the end of a description.
import type { CoreV1Event } from '../../api/generated/types.ts';
import type { Instant } from '../../machinery/clock.ts';
import { parseTime } from '../../machinery/clock.ts';
import { type Description, since } from './description.ts';

export function describeEvents(out: Description, events: readonly CoreV1Event[] | undefined, now: Instant): void {
  if (!events) return;
  if (events.length === 0) {
    out.line(0, 'Events:\t<none>');
    return;
  }
  out.flush();
  out.line(0, 'Events:');
  out.line(1, 'Type\tReason\tAge\tFrom\tMessage');
  out.line(1, '----\t------\t----\t----\t-------');
  for (const event of sortedByTime(events)) {
    const source = event.source?.component || event.reportingComponent || '';
    const where = event.involvedObject.fieldPath ? `${event.involvedObject.fieldPath}: ` : '';
    out.line(1, `${event.type ?? ''}\t${event.reason ?? ''}\t${interval(event, now)}\t${source}\t${where}${(event.message ?? '').trim()}`);
  }
}

/** By the last occurrence; those of one second stay as the server has them. */
export function sortedByTime(events: readonly CoreV1Event[]): CoreV1Event[] {
  const at = ({ lastTimestamp, eventTime, firstTimestamp }: CoreV1Event): number =>
    parseTime(lastTimestamp ?? eventTime ?? firstTimestamp ?? '') || 0;
  return [...events].sort((a, b) => at(a) - at(b));
}

/** `12s (x3 over 45s)`. */
function interval(event: CoreV1Event, now: Instant): string {
  const first = since(event.eventTime ?? event.firstTimestamp, now);
  if (event.series?.count) return `${since(event.series.lastObservedTime, now)} (x${event.series.count} over ${first})`;
  if ((event.count ?? 0) > 1) return `${since(event.lastTimestamp, now)} (x${event.count} over ${first})`;
  return first;
}
