// Plays the TTL-after-finished controller: a finished Job with `ttlSecondsAfterFinished` is deleted when that time is over.
import { Job } from '../api/batch/job.ts';
import { parseTime, seconds } from '../machinery/clock.ts';
import { defineController } from './define.ts';

export const ttlAfterFinishedController = defineController({
  name: 'ttl-after-finished-controller',
  for: Job,
  async reconcile(key, { client, clock }) {
    const job = await client.get(Job, key);
    const ttl = job?.spec.ttlSecondsAfterFinished;
    if (!job || ttl === undefined || job.metadata.deletionTimestamp) return undefined;
    const end = job.status?.conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
    if (!end?.lastTransitionTime) return undefined;
    const left = parseTime(end.lastTransitionTime) + seconds(ttl) - clock.now();
    if (left > 0) return { requeueAfter: left, class: 'deadline' };
    const { uid, resourceVersion } = job.metadata;
    await client.delete(Job, key, { uid, resourceVersion, propagationPolicy: 'Foreground' });
    return undefined;
  },
});
