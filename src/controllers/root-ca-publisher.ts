// Plays the root CA publisher: every namespace has a ConfigMap with the certificate by which Pods trust the API server.
// It takes the certificate from extension-apiserver-authentication, where the API server publishes it.
import { ConfigMap } from '../api/core/configmap.ts';
import { Namespace } from '../api/core/namespace.ts';
import { defineController, watch } from './define.ts';

const NAME = 'kube-root-ca.crt';
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

export const rootCaPublisherController = defineController({
  name: 'root-ca-certificate-publisher-controller',
  for: Namespace,
  watches: [
    watch(ConfigMap, ({ object }) => (object.metadata.name === NAME && object.metadata.namespace ? [object.metadata.namespace] : [])),
  ],
  async reconcile({ name: namespace }, { client }) {
    const found = await client.get(Namespace, { name: namespace });
    if (found?.status?.phase !== 'Active') return undefined;
    const source = await client.get(ConfigMap, { namespace: 'kube-system', name: 'extension-apiserver-authentication' });
    const certificate = source?.data?.['client-ca-file'];
    if (certificate === undefined) return undefined;
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
    return undefined;
  },
});
