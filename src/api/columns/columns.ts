// Columns and cells that many kinds share. What a server of 1.36 prints is the reference.
import { ageOf } from '../../machinery/age.ts';
import { parseTime, rfc3339 } from '../../machinery/clock.ts';
import { selectorText } from '../../machinery/label-selector.ts';
import type { KubeObject } from '../../machinery/object.ts';
import type { V1LabelSelector, V1PodTemplateSpec } from '../generated/types.ts';
import type { Column } from '../kind.ts';

type Metadata = Pick<KubeObject, 'metadata'>;

export const name: Column<Metadata> = { header: 'NAME', format: 'name', cell: (object) => object.metadata.name };

export const age: Column<Metadata> = { header: 'AGE', cell: (object, now) => ageOf(object.metadata.creationTimestamp, now) };

/** The age column of kinds whose table shows a point in time instead. */
export const createdAt: Column<Metadata> = {
  header: 'CREATED AT',
  type: 'date',
  cell: (object) => {
    const at = parseTime(object.metadata.creationTimestamp);
    return Number.isNaN(at) ? '<unknown>' : rfc3339(at);
  },
};

/** What a kind without columns of its own shows. */
export const defaultColumns: readonly Column<Metadata>[] = [name, age];

/** `none` in angle brackets when there is no text. */
export const orNone = (text: string | undefined): string => text || '<none>';

/** `a=b,c=d` by key. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const keys = Object.keys(labels ?? {}).sort();
  return orNone(keys.map((key) => `${key}=${labels?.[key]}`).join(','));
}

export const selectorCell = (selector: V1LabelSelector | undefined): string => orNone(selector && selectorText(selector));

/** The first few of a list, then ` + 2 more...`. */
export function firstFew(items: readonly string[], most: number, separator: string, total = items.length): string {
  const shown = items.slice(0, most).join(separator);
  return total > most ? `${shown} + ${total - most} more...` : shown;
}

/** CONTAINERS and IMAGES of a Pod template, as `-o wide` shows them. */
export function containerColumns<T>(template: (object: T) => V1PodTemplateSpec | undefined): Column<T>[] {
  const containers = (object: T) => template(object)?.spec?.containers ?? [];
  return [
    {
      header: 'CONTAINERS',
      wide: true,
      cell: (object) =>
        containers(object)
          .map((container) => container.name)
          .join(','),
    },
    {
      header: 'IMAGES',
      wide: true,
      cell: (object) =>
        containers(object)
          .map((container) => container.image ?? '')
          .join(','),
    },
  ];
}

const accessModeNames = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const;

/** `RWO,RWX`, in a fixed order. */
export const accessModesText = (modes: readonly string[] | undefined): string =>
  accessModeNames
    .filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(',');

/** The class of a volume or claim; the annotation of older releases wins. */
export function storageClassText(object: Metadata & { spec: { storageClassName?: string | undefined } }): string {
  return object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? object.spec.storageClassName ?? '';
}

/** Addresses of a load balancer, else host names: unique, sorted. */
export function loadBalancerText(ingress: readonly { ip?: string | undefined; hostname?: string | undefined }[] | undefined): string {
  const found = new Set((ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter(Boolean));
  return [...found].sort().join(',');
}

/** A name followed by ` (default)` when one of the annotations says so. */
export function nameWithDefault<T extends Metadata>(...annotations: string[]): Column<T> {
  return {
    ...name,
    cell: ({ metadata }) =>
      annotations.some((key) => metadata.annotations?.[key] === 'true') ? `${metadata.name} (default)` : metadata.name,
  };
}

/** The status of a condition, undefined without it. */
export const conditionStatus = (conditions: readonly { type: string; status: string }[] | undefined, type: string): string | undefined =>
  conditions?.find((condition) => condition.type === type)?.status;
