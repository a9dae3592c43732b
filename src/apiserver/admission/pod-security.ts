// Plays the PodSecurity plugin: a namespace's labels say which Pod Security Standard its Pods must meet, or are warned about.
// Versions of the standards are all taken as the latest.
import type { V1PodSpec } from '../../api/generated/types.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { type AdmissionContext, type AdmissionPlugin, type Attributes, refusal } from './plugin.ts';
import { type Level, violations } from './pod-security-checks.ts';

const PREFIX = 'pod-security.kubernetes.io/';
const LEVELS: readonly string[] = ['privileged', 'baseline', 'restricted'];

/** Where workloads keep the Pods that they make. */
const TEMPLATES: Readonly<Record<string, (object: KubeObject) => unknown>> = {
  'cronjobs.batch': ({ spec }) =>
    (spec as { jobTemplate?: { spec?: { template?: { spec?: unknown } } } }).jobTemplate?.spec?.template?.spec,
  podtemplates: ({ template }) => (template as { spec?: unknown } | undefined)?.spec,
};
const templateOf = ({ spec }: KubeObject): unknown => (spec as { template?: { spec?: unknown } } | undefined)?.template?.spec;
const WORKLOADS = ['daemonsets.apps', 'deployments.apps', 'jobs.batch', 'replicasets.apps', 'replicationcontrollers', 'statefulsets.apps'];

export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  resources: ['namespaces', 'pods', ...WORKLOADS, ...Object.keys(TEMPLATES)],
  operations: ['CREATE', 'UPDATE'],
  validate(attributes, context) {
    const { object, old, resource, subresource } = attributes;
    if (!object || (subresource && subresource !== 'ephemeralcontainers')) return;
    if (resource.kind.resource === 'namespaces') return namespaceChanged(attributes, context);
    if (old && old.spec === object.spec) return;
    const namespaces = context.resources.find('', 'v1', 'namespaces');
    const labels = namespaces && context.storage.get(namespaces, '', attributes.namespace)?.value.metadata.labels;
    if (!labels) return;
    const isPod = resource.kind.resource === 'pods';
    const spec = (isPod ? object.spec : (TEMPLATES[resource.kind.resource] ?? templateOf)(object)) as V1PodSpec | undefined;
    if (!spec) return;
    const enforced = levelOf(labels, 'enforce');
    if (isPod) attributes.annotations[`${PREFIX}enforce-policy`] = `${enforced.level}:${enforced.version}`;
    const audit = problem(labels, 'audit', spec);
    if (audit) attributes.annotations[`${PREFIX}audit-violations`] = `would violate ${audit}`;
    const enforce = isPod ? problem(labels, 'enforce', spec) : undefined;
    if (enforce) throw refusal(attributes, `violates ${enforce}`);
    const warn = problem(labels, 'warn', spec);
    if (warn) attributes.warnings.push(`would violate ${warn}`);
  },
};

type Mode = 'enforce' | 'audit' | 'warn';

function levelOf(labels: Readonly<Record<string, string>>, mode: Mode): { level: Level; version: string } {
  const level = labels[PREFIX + mode];
  // A level that does not exist is as strict as can be.
  const known = level === undefined ? 'privileged' : LEVELS.includes(level) ? (level as Level) : 'restricted';
  return { level: known, version: labels[`${PREFIX}${mode}-version`] ?? 'latest' };
}

/** `PodSecurity "restricted:latest": reason (detail), …` */
function problem(labels: Readonly<Record<string, string>>, mode: Mode, spec: V1PodSpec): string | undefined {
  const { level, version } = levelOf(labels, mode);
  const found = violations(level, spec);
  if (found.length === 0) return undefined;
  return `PodSecurity "${level}:${version}": ${found.map(({ reason, detail }) => `${reason} (${detail})`).join(', ')}`;
}

/** A stricter level does not evict Pods; it warns about those that would not be let in again. */
function namespaceChanged({ object, old, name, warnings }: Attributes, { storage, resources }: AdmissionContext): void {
  const { level, version } = levelOf(object?.metadata.labels ?? {}, 'enforce');
  const pods = resources.find('', 'v1', 'pods');
  if (!old || !pods || level === 'privileged' || level === levelOf(old.metadata.labels ?? {}, 'enforce').level) return;
  const byReasons = new Map<string, string[]>();
  for (const { value } of storage.range(pods, name)) {
    const reasons = violations(level, value.spec as V1PodSpec).map(({ reason }) => reason);
    if (reasons.length) byReasons.set(reasons.join(', '), [...(byReasons.get(reasons.join(', ')) ?? []), value.metadata.name]);
  }
  if (byReasons.size === 0) return;
  warnings.push(`existing pods in namespace "${name}" violate the new PodSecurity enforce level "${level}:${version}"`);
  for (const [reasons, [first, ...others]] of byReasons) {
    const more = others.length === 0 ? '' : ` (and ${others.length} other pod${others.length === 1 ? '' : 's'})`;
    warnings.push(`${first}${more}: ${reasons}`);
  }
}
