import type { Kind } from '../../src/api/kind.ts';
import type { KubeObject } from '../../src/machinery/object.ts';
import { NOW } from './objects.ts';

/** The cells of an object's table row by header; columns of `-o wide` included. */
export function row<T extends KubeObject>(kind: Kind<T>, object: T): Record<string, unknown> {
  return Object.fromEntries((kind.strategy.columns ?? []).map((column) => [column.header, column.cell(object, NOW)]));
}
