// Conditions that kube-apiserver itself keeps: whether a FlowSchema's priority level exists, and that its own range of Service addresses
// is ready. Written with the object, not a moment later.
import { rfc3339 } from '../machinery/clock.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { ApiServerDeps } from './context.ts';

const LEVELS = '/registry/prioritylevelconfigurations/';
const SCHEMAS = '/registry/flowschemas/';

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

/** A FlowSchema that is about to be stored. */
export function tellWhetherDangling(draft: KubeObject, _old: KubeObject | undefined, deps: ApiServerDeps): void {
  setDangling(draft, deps);
}

/** A priority level came or went: the schemas that name it are told. */
export function followLevel({ etcd, ...rest }: ApiServerDeps, name: string): void {
  for (const { key, mod, value } of [...etcd.range<KubeObject>(SCHEMAS)]) {
    if (levelOf(value) !== name) continue;
    const next = { ...value, metadata: { ...value.metadata }, status: value.status };
    if (!setDangling(next, { etcd, ...rest })) continue;
    etcd.update(key, mod, (revision) => {
      next.metadata.resourceVersion = String(revision);
      return next;
    });
  }
}

const levelOf = ({ spec }: KubeObject): string =>
  (spec as { priorityLevelConfiguration?: { name?: string } }).priorityLevelConfiguration?.name ?? '';

/** True when that changed something. */
function setDangling(schema: KubeObject, { etcd, clock }: ApiServerDeps): boolean {
  const name = levelOf(schema);
  if (!name) return false;
  const isDangling = etcd.get(LEVELS + name) === undefined;
  const status = isDangling ? 'True' : 'False';
  const conditions = (schema.status as { conditions?: Condition[] } | undefined)?.conditions ?? [];
  const before = conditions.find(({ type }) => type === 'Dangling');
  const found = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(name)}`;
  const condition: Condition = {
    type: 'Dangling',
    status,
    lastTransitionTime: before?.status === status ? (before.lastTransitionTime ?? '') : rfc3339(clock.now()),
    reason: isDangling ? 'NotFound' : 'Found',
    message: isDangling ? `${found} but there is no such object` : `${found} and it exists`,
  };
  if (before?.status === status && before.message === condition.message) return false;
  schema.status = { ...(schema.status as object), conditions: [...conditions.filter(({ type }) => type !== 'Dangling'), condition] };
  return true;
}

/** The range of the server's own flag is ready at once; others are when the controller manager says so. */
export function readyOwnRange(draft: KubeObject, old: KubeObject | undefined, { clock }: ApiServerDeps): void {
  if (old || draft.metadata.name !== 'kubernetes') return;
  const message = 'Kubernetes Service CIDR is ready';
  draft.status = { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: rfc3339(clock.now()), reason: '', message }] };
}
