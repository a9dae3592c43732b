// The revisions of a workload: ReplicaSets of a Deployment, ControllerRevisions of the others.
import type { V1ControllerRevision, V1PodTemplateSpec, V1ReplicaSet } from '../api/generated/types.ts';
import { selectorText } from '../machinery/label-selector.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { Info } from './resources/builder.ts';
import { listObjects } from './rest.ts';
import { KubectlError, type VerbContext } from './verb.ts';

export interface Revision {
  number: number;
  cause: string;
  template: V1PodTemplateSpec;
}

const REVISION = 'deployment.kubernetes.io/revision';
const CAUSE = 'kubernetes.io/change-cause';

/** In ascending order. */
export async function revisionsOf(context: VerbContext, info: Info & { object: KubeObject }): Promise<Revision[]> {
  const { object, mapping } = info;
  const labelSelector = selectorText((object.spec as { selector?: object }).selector ?? {});
  const revisions =
    mapping.kind === 'Deployment'
      ? await fromReplicaSets(context, object, labelSelector)
      : await fromControllerRevisions(context, object, labelSelector);
  return revisions.sort((a, b) => a.number - b.number);
}

const owned = (object: KubeObject, owner: KubeObject): boolean =>
  object.metadata.ownerReferences?.some(({ uid, controller }) => controller && uid === owner.metadata.uid) ?? false;

async function fromReplicaSets(context: VerbContext, owner: KubeObject, labelSelector: string): Promise<Revision[]> {
  const sets = await listObjects(context, await context.mapper.byResource('replicasets.apps'), owner.metadata.namespace, { labelSelector });
  return sets
    .filter((set) => owned(set, owner))
    .map((set) => ({
      number: Number(set.metadata.annotations?.[REVISION] ?? 0),
      cause: set.metadata.annotations?.[CAUSE] ?? '<none>',
      template: withCause((set as unknown as V1ReplicaSet).spec?.template ?? {}, set.metadata.annotations?.[CAUSE]),
    }));
}

/** The cause is shown as an annotation of the template. */
function withCause(template: V1PodTemplateSpec, cause: string | undefined): V1PodTemplateSpec {
  if (!cause) return template;
  return { ...template, metadata: { ...template.metadata, annotations: { ...template.metadata?.annotations, [CAUSE]: cause } } };
}

async function fromControllerRevisions(context: VerbContext, owner: KubeObject, labelSelector: string): Promise<Revision[]> {
  if (owner.kind !== 'DaemonSet' && owner.kind !== 'StatefulSet')
    throw new KubectlError(`no history viewer has been implemented for {"${owner.apiVersion}" "${owner.kind}"}`);
  const found = await listObjects(context, await context.mapper.byResource('controllerrevisions.apps'), owner.metadata.namespace, {
    labelSelector,
  });
  return found
    .filter((revision) => owned(revision, owner))
    .map((revision) => {
      const { revision: number, data } = revision as unknown as V1ControllerRevision;
      const template = (data as { spec?: { template?: V1PodTemplateSpec & { $patch?: string } } } | undefined)?.spec?.template ?? {};
      const { $patch: _, ...rest } = template as V1PodTemplateSpec & { $patch?: string };
      return { number, cause: revision.metadata.annotations?.[CAUSE] ?? '<none>', template: rest };
    });
}
