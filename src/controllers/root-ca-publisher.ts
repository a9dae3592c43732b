// Plays the root CA publisher: every namespace has a ConfigMap with the certificate by which Pods trust the API server.
// When the API server publishes another authority, all of them are looked at.
import { ConfigMap } from '../api/core/configmap.ts';
import { Namespace } from '../api/core/namespace.ts';
import type { Client } from '../client/client.ts';
import { defineController, watch } from './define.ts';

const NAME = 'kube-root-ca.crt';
const SOURCE = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };
/** A new certificate concerns every namespace. */
const ALL = '~all';
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

export const rootCaPublisherController = defineController({
  name: 'root-ca-certificate-publisher-controller',
  for: Namespace,
  watches: [
    watch(ConfigMap, ({ object }) => (object.metadata.name === NAME && object.metadata.namespace ? [object.metadata.namespace] : [])),
    watch(ConfigMap, ({ object }) => (object.metadata.name === SOURCE.name && object.metadata.namespace === SOURCE.namespace ? [ALL] : [])),
  ],
  async reconcile({ name }, { client, authority }) {
    const namespaces = name === ALL ? (await client.list(Namespace)).map(({ metadata }) => metadata.name) : [name];
    for (const namespace of namespaces) await publish(client, namespace, authority.certificate());
    return undefined;
  },
});

async function publish(client: Client, namespace: string, certificate: string): Promise<void> {
  const found = await client.get(Namespace, { name: namespace });
  if (found?.status?.phase !== 'Active') return;
  const data = { 'ca.crt': certificate };
  const annotations = { 'kubernetes.io/description': DESCRIPTION };
  const current = await client.get(ConfigMap, { namespace, name: NAME });
  if (!current) {
    await client.create(ConfigMap, { metadata: { namespace, name: NAME, annotations }, data });
  } else if (current.data?.['ca.crt'] !== certificate || Object.keys(current.data ?? {}).length !== 1) {
    await client.update(ConfigMap, {
      ...current,
      metadata: { ...current.metadata, annotations: { ...current.metadata.annotations, ...annotations } },
      data,
    });
  }
}
