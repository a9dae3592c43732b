// The row that role bindings of both scopes share.
import { age, name } from '../columns/columns.ts';
import type { RbacV1Subject } from '../generated/types.ts';
import type { Column } from '../kind.ts';
import type { ClusterRoleBinding } from './clusterrolebinding.ts';
import type { RoleBinding } from './rolebinding.ts';

export const bindingColumns: readonly Column<RoleBinding | ClusterRoleBinding>[] = [
  name,
  { header: 'ROLE', cell: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` },
  age,
  { header: 'USERS', wide: true, cell: (binding) => subjects(binding, 'User', (subject) => subject.name) },
  { header: 'GROUPS', wide: true, cell: (binding) => subjects(binding, 'Group', (subject) => subject.name) },
  {
    header: 'SERVICEACCOUNTS',
    wide: true,
    cell: (binding) => subjects(binding, 'ServiceAccount', (subject) => `${subject.namespace ?? ''}/${subject.name}`),
  },
];

const subjects = (binding: RoleBinding | ClusterRoleBinding, kind: string, text: (subject: RbacV1Subject) => string): string =>
  (binding.subjects ?? [])
    .filter((subject) => subject.kind === kind)
    .map(text)
    .join(', ');
