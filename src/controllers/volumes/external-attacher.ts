// Plays external-attacher, which comes with CSI drivers: says that a volume is attached when the driver has done it. kubemu takes every
// driver that a volume names to be installed and to succeed; its storage is reached from any node.
import { VolumeAttachment } from '../../api/storage/volumeattachment.ts';
import { parseTime, seconds } from '../../machinery/clock.ts';
import { defineController } from '../define.ts';

/** How long a driver takes to attach. */
const ATTACHES_IN = seconds(2);

export const externalAttacherController = defineController({
  name: 'external-attacher',
  for: VolumeAttachment,
  async reconcile(key, { client, clock }) {
    const attachment = await client.get(VolumeAttachment, key);
    if (!attachment) return undefined;
    const { metadata, spec, status } = attachment;
    const finalizer = `external-attacher/${spec.attacher.replaceAll('.', '-')}`;
    const others = (metadata.finalizers ?? []).filter((each) => each !== finalizer);
    const isOurs = others.length < (metadata.finalizers ?? []).length;
    if (metadata.deletionTimestamp) {
      if (!isOurs) return undefined;
      await client.patch(VolumeAttachment, key, 'merge', {
        metadata: { uid: metadata.uid, finalizers: others.length > 0 ? others : null },
      });
      return undefined;
    }
    if (status?.attached) return undefined;
    const left = parseTime(metadata.creationTimestamp) + ATTACHES_IN - clock.now();
    if (left > 0) return { requeueAfter: left, class: 'progress' };
    let current = attachment;
    if (!isOurs)
      current = await client.update(VolumeAttachment, { ...attachment, metadata: { ...metadata, finalizers: [...others, finalizer] } });
    await client.updateStatus(VolumeAttachment, current, { attached: true });
    return undefined;
  },
});
