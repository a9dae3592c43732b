// Objects of the tests, as a server would return them.
import { deepFreeze } from '../../src/machinery/freeze.ts';
import type { StoredMeta } from '../../src/machinery/object.ts';

export const NOW = Date.parse('2026-11-20T12:00:00Z');

/** An instant some seconds before {@link NOW}. */
export const ago = (seconds: number): string => `${new Date(NOW - seconds * 1000).toISOString().slice(0, 19)}Z`;

export function stored<T>(apiVersion: string, kind: string, fields: object, metadata: Partial<StoredMeta> = {}): T {
  return deepFreeze({
    apiVersion,
    kind,
    metadata: { name: 'x', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: ago(300), ...metadata },
    ...fields,
  }) as T;
}
