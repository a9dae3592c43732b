import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { CoreV1Event } from '../generated/types.ts';

export type Event = Stored<CoreV1Event>;

export const Event = defineKind<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
});
