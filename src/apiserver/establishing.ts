// Plays apiextensions-apiserver's naming and establishing controllers: a definition whose names are free is served at once.
import type {
  V1CustomResourceDefinitionNames,
  V1CustomResourceDefinitionSpec,
  V1CustomResourceDefinitionStatus,
} from '../api/generated/types.ts';
import { rfc3339 } from '../machinery/clock.ts';
import { jsonEqual } from '../machinery/equal.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { ApiServerDeps } from './context.ts';
import { DEFINITIONS } from './custom-resources.ts';

interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastTransitionTime: string;
}

/** Writes the status of a new or changed definition. */
export function establish(draft: KubeObject, old: KubeObject | undefined, deps: ApiServerDeps): void {
  const spec = draft.spec as V1CustomResourceDefinitionSpec | undefined;
  if (!spec?.names || draft.metadata.deletionTimestamp || (old && old.spec === draft.spec)) return;
  const status = (draft.status ?? {}) as Partial<V1CustomResourceDefinitionStatus>;
  const now = rfc3339(deps.clock.now());
  const taken = conflicts(spec, draft.metadata.name, deps);
  const [conflict] = taken;
  const accepted: Condition = conflict
    ? {
        type: 'NamesAccepted',
        status: 'False',
        reason: taken.length > 1 ? 'MultipleNamesConflict' : conflict.reason,
        message: taken.map(({ name }) => `"${name}" is already in use`).join(', '),
        lastTransitionTime: now,
      }
    : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found', lastTransitionTime: now };
  const before = (status.conditions ?? []) as unknown as Condition[];
  const wasEstablished = before.some(({ type, status: is }) => type === 'Established' && is === 'True');
  const established: Condition =
    conflict && !wasEstablished
      ? {
          type: 'Established',
          status: 'False',
          reason: 'NotAccepted',
          message: 'not all names are accepted',
          lastTransitionTime: now,
        }
      : {
          type: 'Established',
          status: 'True',
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
          lastTransitionTime: now,
        };
  const stored = spec.versions.filter(({ storage }) => storage).map(({ name }) => name);
  const after = {
    ...status,
    acceptedNames: conflict ? (status.acceptedNames ?? { plural: '', kind: '' }) : spec.names,
    conditions: [accepted, established].map((condition) => {
      const same = before.find(({ type, status: is }) => type === condition.type && is === condition.status);
      return same ? { ...condition, lastTransitionTime: same.lastTransitionTime } : condition;
    }),
    storedVersions: [...new Set([...(status.storedVersions ?? []), ...stored])],
  };
  if (!jsonEqual(after, status)) draft.status = after;
}

function conflicts(spec: V1CustomResourceDefinitionSpec, own: string, deps: ApiServerDeps): { name: string; reason: string }[] {
  const taken = new Set<string>();
  const kinds = new Set<string>();
  for (const { value } of deps.etcd.range<KubeObject>(DEFINITIONS)) {
    const other = value.spec as V1CustomResourceDefinitionSpec;
    if (value.metadata.name === own || other.group !== spec.group) continue;
    const { acceptedNames } = (value.status ?? {}) as { acceptedNames?: V1CustomResourceDefinitionNames };
    if (!acceptedNames) continue;
    for (const name of [acceptedNames.plural, acceptedNames.singular, ...(acceptedNames.shortNames ?? [])]) if (name) taken.add(name);
    for (const kind of [acceptedNames.kind, acceptedNames.listKind]) if (kind) kinds.add(kind);
  }
  const { plural, singular, shortNames = [], kind, listKind } = spec.names;
  const found: { name: string; reason: string }[] = [];
  const check = (name: string | undefined, set: ReadonlySet<string>, reason: string): void => {
    if (name && set.has(name)) found.push({ name, reason });
  };
  check(plural, taken, 'PluralConflict');
  check(singular, taken, 'SingularConflict');
  for (const name of shortNames) check(name, taken, 'ShortNamesConflict');
  check(kind, kinds, 'KindConflict');
  check(listKind, kinds, 'ListKindConflict');
  return found;
}
