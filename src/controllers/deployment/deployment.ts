// Plays the Deployment controller of kube-controller-manager. Arithmetic is in rolling-update.ts, templates and history in revisions.ts,
// conditions in status.ts.
import { Deployment } from '../../api/apps/deployment.ts';
import { ReplicaSet } from '../../api/apps/replicaset.ts';
import { Pod } from '../../api/core/pod.ts';
import type { V1DeploymentStatus } from '../../api/generated/types.ts';
import { jsonEqual } from '../../machinery/equal.ts';
import type { ReconcileResult } from '../../machinery/loop.ts';
import { isAlreadyExists, StatusError } from '../../machinery/status.ts';
import { conditionOf } from '../conditions.ts';
import { type ControllerContext, controllerOf, defineController, moreThanStatus } from '../define.ts';
import { adoptOrphans, claimOwned } from '../ownership.ts';
import { isFinished } from '../pods.ts';
import { DESIRED_REPLICAS, newSetAnnotations, REVISION, revisionOf, sizeAnnotations } from './annotations.ts';
import { beyondHistory, findNewSet, newSetOf } from './revisions.ts';
import { fenceposts, isActiveSet, newSetSize, proportionalSizes, type Resize, shrinkOld, sizeOf, wanted } from './rolling-update.ts';
import { countReplicas, hasDeadline, isComplete, rolloutStatus, setCondition, untilStuck } from './status.ts';

export const deploymentController = defineController({
  name: 'deployment-controller',
  for: Deployment,
  relevant: moreThanStatus,
  owns: [ReplicaSet],
  adopt: (namespace, { client }) => adoptOrphans(client, Deployment, ReplicaSet, namespace),
  async reconcile(key, context) {
    const deployment = await context.client.get(Deployment, key);
    if (!deployment) return undefined;
    return new Rollout(deployment, context).run();
  },
});

/** One look at a Deployment. The object and its status are replaced as they are written. */
class Rollout {
  private deployment: Deployment;
  private readonly context: ControllerContext;
  private old: ReplicaSet[] = [];
  private newSet: ReplicaSet | undefined;

  constructor(deployment: Deployment, context: ControllerContext) {
    this.deployment = deployment;
    this.context = context;
  }

  async run(): Promise<ReconcileResult | undefined> {
    const { client } = this.context;
    const { metadata, spec, status } = this.deployment;
    const adopt = status?.observedGeneration !== metadata.generation;
    const sets = await claimOwned(client, { owner: this.deployment, kind: ReplicaSet, selector: spec.selector, adopt });
    this.newSet = findNewSet(this.deployment, sets);
    this.old = sets.filter((rs) => rs !== this.newSet);

    if (metadata.deletionTimestamp) return this.writeStatus(this.count());
    await this.notePause();
    if (spec.paused || this.isScalingEvent()) return this.scale();
    if (spec.strategy?.type === 'Recreate') return this.recreate();
    return this.roll();
  }

  private async roll(): Promise<ReconcileResult | undefined> {
    await this.ensureNewSet();
    if (await this.growNewSet()) return this.report();
    const resizes = shrinkOld(this.deployment, this.old, this.newSet);
    for (const resize of resizes) await this.resize(resize);
    if (resizes.length > 0) return this.report();
    return this.report();
  }

  /** All old Pods go before the first new one comes. */
  private async recreate(): Promise<ReconcileResult | undefined> {
    if (this.newSet) await this.ensureNewSet();
    const active = this.old.filter(isActiveSet);
    for (const rs of active) await this.resize({ rs, replicas: 0 });
    if (active.length > 0 || (await this.oldPodsRun())) return this.report();
    await this.ensureNewSet();
    await this.growNewSet();
    return this.report();
  }

  /** Paused, or `replicas` changed: sizes follow, the template waits. */
  private async scale(): Promise<ReconcileResult | undefined> {
    if (this.newSet) await this.ensureNewSet();
    for (const resize of proportionalSizes(this.deployment, this.old, this.newSet)) await this.resize(resize);
    if (this.deployment.spec.paused) await this.cleanUp();
    return this.writeStatus(this.count());
  }

  private isScalingEvent(): boolean {
    return this.all()
      .filter(isActiveSet)
      .some(
        ({ metadata }) =>
          metadata.annotations?.[DESIRED_REPLICAS] !== undefined &&
          Number(metadata.annotations[DESIRED_REPLICAS]) !== wanted(this.deployment),
      );
  }

  /** The ReplicaSet of the current template exists, with the Deployment's annotations and the highest revision. */
  private async ensureNewSet(): Promise<void> {
    const { client, clock } = this.context;
    const revision = Math.max(0, ...this.old.map(revisionOf)) + 1;
    if (!this.newSet) return this.createNewSet(revision);
    const { metadata, spec } = this.newSet;
    const annotations = newSetAnnotations(this.deployment, metadata.annotations, revision);
    const { minReadySeconds } = this.deployment.spec;
    if (!jsonEqual(annotations, metadata.annotations ?? {}) || (spec.minReadySeconds ?? 0) !== (minReadySeconds ?? 0)) {
      this.newSet = await client.update(ReplicaSet, {
        ...this.newSet,
        metadata: { ...metadata, annotations },
        spec: { ...spec, minReadySeconds },
      });
    }
    await this.setRevision(revisionOf(this.newSet));
    if (hasDeadline(this.deployment) && !conditionOf(this.deployment.status?.conditions, 'Progressing')) {
      const message = `Found new replica set "${metadata.name}"`;
      const condition = { type: 'Progressing', status: 'True', reason: 'FoundNewReplicaSet', message };
      await this.putConditions(setCondition(this.deployment.status?.conditions, condition, clock.now()));
    }
  }

  private async createNewSet(revision: number): Promise<void> {
    const { client, recorder, clock } = this.context;
    const draft = newSetOf(this.deployment, this.old, revision);
    const progressing = (condition: { status: string; reason: string; message: string }) =>
      this.putConditions(setCondition(this.deployment.status?.conditions, { type: 'Progressing', ...condition }, clock.now()));
    try {
      this.newSet = await client.create(ReplicaSet, draft);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (isAlreadyExists(error)) {
        // Somebody else's ReplicaSet has the name: count the collision, so that the next attempt hashes differently.
        const collisionCount = (this.deployment.status?.collisionCount ?? 0) + 1;
        this.deployment = await client.updateStatus(Deployment, this.deployment, { ...this.deployment.status, collisionCount });
        throw error;
      }
      const message = `Failed to create new replica set "${draft.metadata.name}": ${error.message}`;
      if (hasDeadline(this.deployment)) await progressing({ status: 'False', reason: 'ReplicaSetCreateError', message });
      await recorder.event(this.deployment, 'Warning', 'ReplicaSetCreateError', message);
      throw error;
    }
    const { name } = this.newSet.metadata;
    const replicas = sizeOf(this.newSet);
    if (replicas > 0)
      await recorder.event(this.deployment, 'Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${replicas}`);
    await this.setRevision(revision);
    if (hasDeadline(this.deployment))
      await progressing({ status: 'True', reason: 'NewReplicaSetCreated', message: `Created new replica set "${name}"` });
  }

  private async growNewSet(): Promise<boolean> {
    if (!this.newSet || sizeOf(this.newSet) === wanted(this.deployment)) return false;
    return this.resize({ rs: this.newSet, replicas: newSetSize(this.deployment, this.all(), this.newSet) });
  }

  private async resize({ rs, replicas }: Resize): Promise<boolean> {
    const { client, recorder } = this.context;
    const before = sizeOf(rs);
    const annotations = { ...rs.metadata.annotations, ...sizeAnnotations(wanted(this.deployment), fenceposts(this.deployment).maxSurge) };
    if (before === replicas && jsonEqual(annotations, rs.metadata.annotations)) return false;
    const resized = await client.update(ReplicaSet, { ...rs, metadata: { ...rs.metadata, annotations }, spec: { ...rs.spec, replicas } });
    if (rs === this.newSet) this.newSet = resized;
    else this.old = this.old.map((each) => (each === rs ? resized : each));
    if (before === replicas) return false;
    const message = `Scaled ${replicas > before ? 'up' : 'down'} replica set ${rs.metadata.name} from ${before} to ${replicas}`;
    await recorder.event(this.deployment, 'Normal', 'ScalingReplicaSet', message);
    return true;
  }

  private async oldPodsRun(): Promise<boolean> {
    for (const rs of this.old) {
      const pods = await this.context.client.listOwned(Pod, rs);
      if (pods.some((pod) => controllerOf(pod)?.uid === rs.metadata.uid && !isFinished(pod))) return true;
    }
    return false;
  }

  private async cleanUp(): Promise<void> {
    for (const rs of beyondHistory(this.deployment, this.old)) {
      await this.context.client.delete(ReplicaSet, rs.metadata);
      this.old = this.old.filter((each) => each !== rs);
    }
  }

  private async setRevision(revision: number): Promise<void> {
    if (revision === 0 || revisionOf(this.deployment) === revision) return;
    const { namespace, name } = this.deployment.metadata;
    const annotations = { [REVISION]: String(revision) };
    this.deployment = await this.context.client.patch(Deployment, { namespace, name }, 'merge', { metadata: { annotations } });
  }

  /** A pause stops the progress deadline, resuming starts it again. */
  private async notePause(): Promise<void> {
    if (!hasDeadline(this.deployment)) return;
    const { status, spec } = this.deployment;
    const current = conditionOf(status?.conditions, 'Progressing');
    if (current?.reason === 'ProgressDeadlineExceeded') return;
    const isNoted = current?.reason === 'DeploymentPaused';
    if (Boolean(spec.paused) === isNoted) return;
    const [reason, message] = spec.paused ? ['DeploymentPaused', 'Deployment is paused'] : ['DeploymentResumed', 'Deployment is resumed'];
    await this.putConditions(
      setCondition(status?.conditions, { type: 'Progressing', status: 'Unknown', reason, message }, this.context.clock.now()),
    );
  }

  private async putConditions(conditions: NonNullable<V1DeploymentStatus['conditions']>): Promise<void> {
    this.deployment = await this.context.client.updateStatus(Deployment, this.deployment, { ...this.deployment.status, conditions });
  }

  private async report(): Promise<ReconcileResult | undefined> {
    const status = rolloutStatus(this.deployment, this.old, this.newSet, this.context.clock.now());
    const result = await this.writeStatus(status);
    if (isComplete(this.deployment, status)) await this.cleanUp();
    return result;
  }

  private count(): V1DeploymentStatus {
    return countReplicas(this.deployment, this.old, this.newSet, this.context.clock.now());
  }

  private async writeStatus(status: V1DeploymentStatus): Promise<ReconcileResult | undefined> {
    this.deployment = await this.context.client.updateStatus(Deployment, this.deployment, status);
    if (this.deployment.spec.paused) return undefined;
    const requeueAfter = untilStuck(this.deployment, status, this.context.clock.now());
    return requeueAfter === undefined ? undefined : { requeueAfter, class: 'deadline' };
  }

  private all(): ReplicaSet[] {
    return this.newSet ? [...this.old, this.newSet] : this.old;
  }
}
