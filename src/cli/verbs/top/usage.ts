// What `top node` and `top pod` share: asking metrics.k8s.io, and the cells of a usage.
import type { KubeObject } from '../../../machinery/object.ts';
import { milliValue, value } from '../../../machinery/quantity.ts';
import { isNotFound } from '../../../machinery/status.ts';
import { align } from '../../printers/table.ts';
import { type Query, send } from '../../rest.ts';
import { KubectlError, type VerbContext } from '../../verb.ts';

export interface Amount {
  cpu: number;
  memory: number;
}

export const amountOf = ({ cpu, memory }: { cpu: string; memory: string }): Amount => ({ cpu: milliValue(cpu), memory: value(memory) });
export const cpuText = ({ cpu }: Amount): string => `${cpu}m`;
export const memoryText = ({ memory }: Amount): string => `${Math.floor(memory / (1024 * 1024))}Mi`;
export const sumOf = (amounts: readonly Amount[]): Amount =>
  amounts.reduce((sum, { cpu, memory }) => ({ cpu: sum.cpu + cpu, memory: sum.memory + memory }), { cpu: 0, memory: 0 });

/** Objects of metrics.k8s.io: one, or those that the query selects. */
export async function metricsOf<T extends KubeObject>(
  context: VerbContext,
  path: string,
  name: string | undefined,
  query: Query,
): Promise<T[]> {
  try {
    await send(context, { method: 'GET', path: '/apis/metrics.k8s.io/v1beta1' });
  } catch (error) {
    if (isNotFound(error)) throw new KubectlError('Metrics API not available');
    throw error;
  }
  const answer = await send(context, {
    method: 'GET',
    path: `/apis/metrics.k8s.io/v1beta1/${path}${name ? `/${name}` : ''}`,
    ...(name ? {} : { query }),
  });
  return name ? [answer as T] : ((answer as { items?: T[] }).items ?? []);
}

/** `cpu`, `memory` or nothing, checked. */
export function sortKey({ flags }: VerbContext): 'cpu' | 'memory' | undefined {
  const key = flags.string('sort-by');
  if (key !== '' && key !== 'cpu' && key !== 'memory') throw new KubectlError('--sort-by accepts only cpu or memory');
  return key || undefined;
}

/** Most first when a resource is named, by name otherwise. */
export function sorted<T extends { name: string; amount: Amount }>(rows: readonly T[], key: 'cpu' | 'memory' | undefined): T[] {
  return [...rows].sort((a, b) => (key ? b.amount[key] - a.amount[key] : a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Cells end in a tab, the last one too. */
export const lines = (rows: readonly (readonly string[])[]): string =>
  align(
    rows.map((row) => [...row, '']),
    [],
  );
