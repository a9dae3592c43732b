import { groupOf, type Stored } from '../../machinery/object.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1ControllerRevision } from '../generated/types.ts';

export type ControllerRevision = Stored<V1ControllerRevision>;

export const ControllerRevision = defineKind<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  columns: [
    name,
    { header: 'CONTROLLER', cell: controller },
    { header: 'REVISION', type: 'integer', cell: (revision) => revision.revision },
    age,
  ],
});

/** `statefulset.apps/web` */
function controller({ metadata }: ControllerRevision): string {
  const owner = metadata.ownerReferences?.find((reference) => reference.controller);
  if (!owner) return '<none>';
  const group = groupOf(owner.apiVersion);
  return `${owner.kind.toLowerCase()}${group ? `.${group}` : ''}/${owner.name}`;
}
