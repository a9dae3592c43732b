// Plays the ServiceAccount plugin: every Pod has an account, whose token is mounted into its containers unless somebody says no.
import type { V1Container, V1PodSpec, V1ServiceAccount, V1Volume } from '../../api/generated/types.ts';
import { deepFreeze } from '../../machinery/freeze.ts';
import { occasion } from '../occasion.ts';
import { type AdmissionContext, type AdmissionPlugin, type Attributes, refusal } from './plugin.ts';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const VOLUME_PREFIX = 'kube-api-access-';
const MIRROR = 'kubernetes.io/config.mirror';
/** An hour and the time that kubelets take to notice. */
const TOKEN_SECONDS = 3607;

export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  resources: ['pods'],
  operations: ['CREATE'],
  admit(attributes, context) {
    const { object, subresource, namespace } = attributes;
    if (subresource || !object) return;
    const spec = object.spec as V1PodSpec;
    if (object.metadata.annotations?.[MIRROR] !== undefined) {
      if (spec.serviceAccountName) throw refusal(attributes, 'a mirror pod may not reference service accounts');
      return;
    }
    const name = spec.serviceAccountName || spec.serviceAccount || 'default';
    spec.serviceAccountName = name;
    spec.serviceAccount = name;
    const account = accountOf(attributes, namespace, name, context);
    if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(attributes, spec, context);
    if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length) spec.imagePullSecrets = [...account.imagePullSecrets];
  },
};

function accountOf(attributes: Attributes, namespace: string, name: string, { storage, resources }: AdmissionContext): V1ServiceAccount {
  const accounts = resources.find('', 'v1', 'serviceaccounts');
  const found = accounts && storage.get(accounts, namespace, name);
  if (!found) {
    throw refusal(attributes, `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`);
  }
  return found.value as unknown as V1ServiceAccount;
}

function mountToken(attributes: Attributes, spec: V1PodSpec, context: AdmissionContext): void {
  const own = spec.volumes?.find(({ name, projected }) => name.startsWith(VOLUME_PREFIX) && projected);
  const { name = '', generateName = '', namespace = '' } = attributes.object?.metadata ?? {};
  const key = `${namespace}/${name || generateName}`;
  const volume = own?.name ?? VOLUME_PREFIX + context.random.suffix('kube-api-access', key, occasion(context));
  let mounted = false;
  const mount = (container: V1Container): V1Container => {
    if (container.volumeMounts?.some(({ mountPath }) => mountPath === MOUNT_PATH)) return container;
    mounted = true;
    return { ...container, volumeMounts: [...(container.volumeMounts ?? []), { name: volume, readOnly: true, mountPath: MOUNT_PATH }] };
  };
  if (spec.initContainers) spec.initContainers = spec.initContainers.map(mount);
  if (spec.containers) spec.containers = spec.containers.map(mount);
  if (mounted && !own) spec.volumes = [...(spec.volumes ?? []), tokenVolume(volume)];
}

function tokenVolume(name: string): V1Volume {
  return {
    name,
    projected: TOKEN_SOURCES,
  };
}

/** The same for every Pod, and shared by all. */
const TOKEN_SOURCES: NonNullable<V1Volume['projected']> = deepFreeze({
  defaultMode: 0o644,
  sources: [
    { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
  ],
});
