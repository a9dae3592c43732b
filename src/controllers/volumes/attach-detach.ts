// Plays the attach/detach controller for CSI volumes: a volume whose Pods have a node gets a VolumeAttachment there, and loses it when
// they are gone. That it is attached, its driver's external-attacher says. Keys are claims (`namespace/name`), volumes (`name`) and
// nodes (`~name`). Left out: volumesInUse as a condition for detaching; a Pod is gone when its kubelet has unmounted its volumes, or when
// somebody has forced it, and then the node's health decides.
import { Node } from '../../api/core/node.ts';
import { PersistentVolume } from '../../api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../../api/core/persistentvolumeclaim.ts';
import { claimNames } from '../../api/core/pod/footprint.ts';
import { Pod } from '../../api/core/pod.ts';
import type { V1CSIPersistentVolumeSource } from '../../api/generated/types.ts';
import { CSIDriver } from '../../api/storage/csidriver.ts';
import { VolumeAttachment } from '../../api/storage/volumeattachment.ts';
import { type Instant, minutes } from '../../machinery/clock.ts';
import { jsonEqual } from '../../machinery/equal.ts';
import type { ObjectEvent, ReconcileResult } from '../../machinery/loop.ts';
import { drawer, type Store } from '../../machinery/store.ts';
import { attachmentName, uniqueVolumeName } from '../../machinery/volume-attachment.ts';
import { type Controller, type ControllerContext, contextFor } from '../define.ts';
import { groupBy } from '../group-by.ts';
import { isFinished } from '../pods.ts';

const NAME = 'persistentvolume-attach-detach-controller';
/** How long a node that does not answer keeps what nobody there uses (maxWaitForUnmountDuration). */
const MOST_WAIT_FOR_UNMOUNT = minutes(6);
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export const attachDetachController: Controller = {
  name: NAME,
  loop(deps) {
    const context = { ...contextFor(NAME, deps), recorder: deps.recorderFor('attachdetach-controller') };
    const memory = drawer(deps.store, '/kubemu/attach-detach/');
    return {
      name: NAME,
      watches: [
        { resource: Pod.resource, keys: (event) => claimKeys(event as ObjectEvent<Pod>) },
        {
          resource: PersistentVolume.resource,
          keys: ({ type, object }) => (type !== 'DELETED' && (object as PersistentVolume).spec.csi ? [object.metadata.name] : []),
        },
        {
          resource: PersistentVolumeClaim.resource,
          keys: ({ object, old }) => {
            const volume = (object as PersistentVolumeClaim).spec.volumeName;
            return volume && volume !== (old as PersistentVolumeClaim | undefined)?.spec.volumeName ? [volume] : [];
          },
        },
        {
          resource: VolumeAttachment.resource,
          keys: ({ object }) => [(object as VolumeAttachment).spec.source.persistentVolumeName ?? ''].filter(Boolean),
        },
        {
          resource: Node.resource,
          keys: ({ type, object, old }) =>
            type === 'DELETED' || changesHealth(object as Node, old as Node) ? [`~${object.metadata.name}`] : [],
        },
      ],
      async reconcile(key) {
        if (key.startsWith('~')) {
          for (const { spec } of await context.client.list(VolumeAttachment)) {
            if (spec.nodeName === key.slice(1)) await syncVolume(spec.source.persistentVolumeName ?? '', context, memory);
          }
          return undefined;
        }
        if (!key.includes('/')) return syncVolume(key, context, memory);
        const [namespace = '', name = ''] = key.split('/');
        const claim = await context.client.get(PersistentVolumeClaim, { namespace, name });
        return claim?.spec.volumeName ? syncVolume(claim.spec.volumeName, context, memory) : undefined;
      },
    };
  },
};

/** Claims of a Pod that has got a node, has finished or is gone. */
function claimKeys({ type, object, old }: ObjectEvent<Pod>): string[] {
  if (!object.spec.nodeName) return [];
  if (type === 'MODIFIED' && old?.spec.nodeName && isFinished(old) === isFinished(object)) return [];
  return claimNames(object).map((claim) => `${object.metadata.namespace}/${claim}`);
}

const healthOf = (node: Node | undefined): unknown => [
  node?.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True',
  node?.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE),
];
const changesHealth = (node: Node, old: Node | undefined): boolean => !old || !jsonEqual(healthOf(node), healthOf(old));

async function syncVolume(name: string, context: ControllerContext, memory: Store): Promise<ReconcileResult | undefined> {
  const { client } = context;
  const volume = await client.get(PersistentVolume, { name });
  const source = volume?.spec.csi;
  if (!volume || !source || (await client.get(CSIDriver, { name: source.driver }))?.spec.attachRequired === false) return undefined;
  const users = groupBy(await podsUsing(volume, context), ({ spec }) => spec.nodeName ?? '');
  const attachments = (await client.list(VolumeAttachment)).filter(({ spec }) => spec.source.persistentVolumeName === name);

  let requeueAfter: number | undefined;
  for (const attachment of attachments) {
    const node = attachment.spec.nodeName;
    if (users.has(node)) {
      memory.delete(`unused/${attachment.metadata.name}`);
      if (attachment.status?.attached && !attachment.metadata.deletionTimestamp)
        await markAttached(volume, source, users.get(node) ?? [], node, context);
      else if (attachment.status?.attachError) await complain(volume, attachment, users.get(node) ?? [], context);
      continue;
    }
    const left = await waitBeforeDetach(attachment, context, memory);
    if (left > 0) {
      requeueAfter = Math.min(requeueAfter ?? left, left);
      continue;
    }
    await markDetached(source, node, context);
    if (!attachment.metadata.deletionTimestamp) await client.delete(VolumeAttachment, { name: attachment.metadata.name });
    memory.delete(`unused/${attachment.metadata.name}`);
  }

  for (const [node, pods] of users) {
    if (attachments.some(({ spec }) => spec.nodeName === node)) {
      memory.delete(`refused/${name}/${node}`);
      continue;
    }
    if (isExclusive(volume) && attachments.length > 0) {
      await refuse(
        volume,
        pods,
        [...users].filter(([other]) => other !== node).flatMap(([, others]) => others),
        context,
        memory,
        node,
      );
      continue;
    }
    await client.create(VolumeAttachment, {
      metadata: { name: attachmentName(source, node) },
      spec: { attacher: source.driver, nodeName: node, source: { persistentVolumeName: name } },
    });
    if (isExclusive(volume)) break;
  }
  return requeueAfter === undefined ? undefined : { requeueAfter, class: 'deadline' };
}

/** Pods that have a node and use the volume's claim. */
async function podsUsing({ metadata, spec: { claimRef } }: PersistentVolume, { client }: ControllerContext): Promise<Pod[]> {
  const { namespace, name } = claimRef ?? {};
  if (!namespace || !name) return [];
  const claim = await client.get(PersistentVolumeClaim, { namespace, name });
  if (claim?.spec.volumeName !== metadata.name) return [];
  return (await client.list(Pod, { namespace })).filter((pod) => pod.spec.nodeName && !isFinished(pod) && claimNames(pod).includes(name));
}

/** Only one node at a time. */
const isExclusive = ({ spec: { accessModes = [] } }: PersistentVolume): boolean =>
  accessModes.length > 0 && !accessModes.some((mode) => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany');

async function markAttached(
  volume: PersistentVolume,
  source: V1CSIPersistentVolumeSource,
  pods: readonly Pod[],
  nodeName: string,
  { client, recorder }: ControllerContext,
): Promise<void> {
  const node = await client.get(Node, { name: nodeName });
  const attached = node?.status?.volumesAttached ?? [];
  const name = uniqueVolumeName(source);
  if (!node || attached.some((each) => each.name === name)) return;
  await client.updateStatus(Node, node, { ...node.status, volumesAttached: [...attached, { name, devicePath: '' }] });
  const message = `AttachVolume.Attach succeeded for volume "${volume.metadata.name}" `;
  for (const pod of pods) await recorder.event(pod, 'Normal', 'SuccessfulAttachVolume', message);
}

async function markDetached(source: V1CSIPersistentVolumeSource, nodeName: string, { client }: ControllerContext): Promise<void> {
  const node = await client.get(Node, { name: nodeName });
  const attached = node?.status?.volumesAttached ?? [];
  const rest = attached.filter(({ name }) => name !== uniqueVolumeName(source));
  if (!node || rest.length === attached.length) return;
  await client.updateStatus(Node, node, { ...node.status, volumesAttached: rest.length > 0 ? rest : undefined });
}

/** How long an attachment that nobody uses must stay: not at all where a healthy node has unmounted it. */
async function waitBeforeDetach(
  { metadata, spec }: VolumeAttachment,
  { client, clock }: ControllerContext,
  memory: Store,
): Promise<number> {
  const node = await client.get(Node, { name: spec.nodeName });
  const isReady = node?.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  if (!node || isReady || metadata.deletionTimestamp || node.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE)) return 0;
  const key = `unused/${metadata.name}`;
  const since = memory.get<Instant>(key) ?? clock.now();
  memory.put(key, since);
  return since + MOST_WAIT_FOR_UNMOUNT - clock.now();
}

async function complain(
  volume: PersistentVolume,
  { status }: VolumeAttachment,
  pods: readonly Pod[],
  { recorder }: ControllerContext,
): Promise<void> {
  const message = `AttachVolume.Attach failed for volume "${volume.metadata.name}" : ${status?.attachError?.message ?? ''}`;
  for (const pod of pods) await recorder.event(pod, 'Warning', 'FailedAttachVolume', message);
}

/** Says once why the Pods of a node wait for a volume that another node has. */
async function refuse(
  volume: PersistentVolume,
  pods: readonly Pod[],
  others: readonly Pod[],
  { recorder }: ControllerContext,
  memory: Store,
  node: string,
): Promise<void> {
  const key = `refused/${volume.metadata.name}/${node}`;
  if (memory.get(key) !== undefined) return;
  memory.put(key, 1);
  const names = others.map(({ metadata }) => metadata.name).join(', ');
  const why = names
    ? `Volume is already used by pod(s) ${names}`
    : "Volume is already exclusively attached to one node and can't be attached to another";
  for (const pod of pods) {
    await recorder.event(pod, 'Warning', 'FailedAttachVolume', `Multi-Attach error for volume "${volume.metadata.name}" ${why}`);
  }
}
