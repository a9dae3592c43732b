// Plays the token controller: a Secret of type kubernetes.io/service-account-token gets the token of the account that it names, and goes
// with that account.
import { ConfigMap } from '../api/core/configmap.ts';
import { Secret } from '../api/core/secret.ts';
import { ServiceAccount } from '../api/core/serviceaccount.ts';
import { defineController, watch } from './define.ts';

const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';
/** The secrets of an account; no Secret's name begins with it. */
const OF_ACCOUNT = '~';
/** Where the API server publishes the certificate by which it is trusted; a new one concerns every Secret. */
const SOURCE = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };
const ALL = '*';

export const serviceAccountTokenController = defineController({
  name: 'serviceaccount-token-controller',
  for: Secret,
  relevant: ({ type, object }) => type !== 'DELETED' && (object as Secret).type === TYPE,
  watches: [
    watch(ConfigMap, ({ object: { metadata } }) => (metadata.name === SOURCE.name && metadata.namespace === SOURCE.namespace ? [ALL] : [])),
    watch(ServiceAccount, ({ type, object: { metadata } }) =>
      type === 'DELETED' ? [`${metadata.namespace}/${OF_ACCOUNT}${metadata.name}`] : [],
    ),
  ],
  async reconcile({ namespace, name }, context) {
    const { client } = context;
    const account = name.startsWith(OF_ACCOUNT) ? name.slice(OF_ACCOUNT.length) : undefined;
    const one = account === undefined && name !== ALL ? await client.get(Secret, { namespace, name }) : undefined;
    const isOne = account === undefined && name !== ALL;
    const secrets = isOne ? (one ? [one] : []) : await client.list(Secret, namespace ? { namespace } : {});
    for (const secret of secrets) {
      const owner = secret.metadata.annotations?.[NAME];
      if (secret.type !== TYPE || !owner || (account !== undefined && owner !== account)) continue;
      const { namespace: home } = secret.metadata;
      const found = await client.get(ServiceAccount, { namespace: home, name: owner });
      const uid = secret.metadata.annotations?.[UID];
      if (!found || (uid && uid !== found.metadata.uid)) {
        await client.delete(Secret, { namespace: home, name: secret.metadata.name }, { uid: secret.metadata.uid });
      } else {
        await fill(secret, found, context);
      }
    }
    return undefined;
  },
});

type Context = Parameters<Parameters<typeof defineController>[0]['reconcile']>[1];

async function fill(secret: Secret, account: ServiceAccount, { client, authority }: Context): Promise<void> {
  const { namespace = '', name } = secret.metadata;
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const source = await client.get(ConfigMap, SOURCE);
  const { uid } = account.metadata;
  const data = {
    ...secret.data,
    'ca.crt': base64(source?.data?.['client-ca-file'] ?? ''),
    namespace: base64(namespace),
    token:
      secret.data?.token || base64(await authority.signToken({ namespace, secret: name, account: { name: account.metadata.name, uid } })),
  };
  const isSame = Object.entries(data).every(([key, value]) => secret.data?.[key] === value);
  if (isSame && secret.metadata.annotations?.[UID] === uid) return;
  await client.update(Secret, {
    ...secret,
    metadata: { ...secret.metadata, annotations: { ...secret.metadata.annotations, [UID]: uid } },
    data,
  });
}
