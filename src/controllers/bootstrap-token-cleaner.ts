// Plays the token cleaner: a bootstrap token that has expired goes.
import { Secret } from '../api/core/secret.ts';
import { parseTime } from '../machinery/clock.ts';
import { defineController } from './define.ts';

const TYPE = 'bootstrap.kubernetes.io/token';

export const tokenCleanerController = defineController({
  name: 'token-cleaner-controller',
  for: Secret,
  relevant: ({ type, object }) => type !== 'DELETED' && (object as Secret).type === TYPE,
  async reconcile(key, { client, clock }) {
    const secret = await client.get(Secret, key);
    const expiration = secret?.data?.expiration;
    if (secret?.type !== TYPE || key.namespace !== 'kube-system' || !expiration) return undefined;
    const end = parseTime(Buffer.from(expiration, 'base64').toString());
    // a time that cannot be read has passed
    const left = Number.isNaN(end) ? 0 : end - clock.now();
    if (left > 0) return { requeueAfter: left, class: 'deadline' };
    await client.delete(Secret, key, { uid: secret.metadata.uid });
    return undefined;
  },
});
