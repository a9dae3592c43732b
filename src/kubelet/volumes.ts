// Plays the kubelet's volume manager and volume plugins: what files a Pod's volumes hold. Inline CSI and network volumes are left
// out; a Pod that asks for one stays in ContainerCreating with an event that says so.

import { ConfigMap } from '../api/core/configmap.ts';
import { PersistentVolume } from '../api/core/persistentvolume.ts';
import { PersistentVolumeClaim } from '../api/core/persistentvolumeclaim.ts';
import type { Pod } from '../api/core/pod.ts';
import { Secret } from '../api/core/secret.ts';
import type { V1CSIPersistentVolumeSource, V1KeyToPath, V1Volume, V1VolumeProjection } from '../api/generated/types.ts';
import { CSIDriver } from '../api/storage/csidriver.ts';
import { VolumeAttachment } from '../api/storage/volumeattachment.ts';
import type { Client } from '../client/client.ts';
import type { FileContent } from '../cri/processes/machine.ts';
import { type Backing, storedFiles } from '../csi/volumes.ts';
import { StatusError } from '../machinery/status.ts';
import type { Store } from '../machinery/store.ts';
import { attachmentName } from '../machinery/volume-attachment.ts';
import type { Disk } from '../node/machine.ts';
import { type PodAddresses, podField, resourceField } from './field-path.ts';

export type Files = Record<string, FileContent>;

/** A volume's files; with `keep`, what processes wrote into it stays. */
export interface VolumeFiles {
  volume: string;
  files: Files;
  keep: boolean;
  /** Where its files come from and go back to, for a volume that outlives the Pod. */
  backing?: Backing;
}

/** A volume that cannot be set up (yet), in the words of the FailedMount event. */
export class MountError extends Error {
  constructor(volume: string, why: string) {
    super(`MountVolume.SetUp failed for volume "${volume}" : ${why}`);
    this.name = 'MountError';
  }
}

/** A CSI volume that is not attached to the node yet: the kubelet waits, and complains when that takes too long. */
export class NotAttached extends MountError {
  constructor(volume: string) {
    super(volume, 'not attached');
    this.message = `Unable to attach or mount volumes: unmounted volumes=[${volume}], unattached volumes=[${volume}], failed to process volumes=[]: context deadline exceeded`;
  }
}

export interface VolumeSources extends PodAddresses {
  client: Client;
  disk: Disk;
  node: string;
  store: Store;
  allocatable: Readonly<Record<string, string>>;
  /** Only find out whether everything is there: no token is made. */
  checkOnly?: boolean;
}

/** All volumes of a Pod in order. Throws {@link MountError} for the first that cannot be set up. */
export async function volumesOf(pod: Pod, sources: VolumeSources): Promise<VolumeFiles[]> {
  const volumes: VolumeFiles[] = [];
  for (const volume of pod.spec.volumes ?? []) volumes.push(await filesOf(pod, volume, sources));
  return volumes;
}

/** Volumes whose files follow an API object. */
export const isProjectedFromApi = (volume: V1Volume): boolean =>
  volume.configMap !== undefined || volume.secret !== undefined || volume.downwardAPI !== undefined || volume.projected !== undefined;

async function filesOf(pod: Pod, volume: V1Volume, sources: VolumeSources): Promise<VolumeFiles> {
  const { name } = volume;
  const made = (files: Files, keep = false): VolumeFiles => ({ volume: name, files, keep });
  if (volume.emptyDir) return made({}, true);
  if (volume.hostPath) return hostPath(sources, volume.hostPath.path, volume.hostPath.type, name);
  if (volume.persistentVolumeClaim) return claimed(pod, name, volume.persistentVolumeClaim.claimName, sources);
  if (volume.ephemeral) return claimed(pod, name, `${pod.metadata.name}-${name}`, sources);
  if (volume.configMap) {
    const { name: configMap = '', items, optional, defaultMode } = volume.configMap;
    return made(await configMapFiles(pod, name, sources, configMap, items, optional, defaultMode));
  }
  if (volume.secret) {
    const { secretName = '', items, optional, defaultMode } = volume.secret;
    return made(await secretFiles(pod, name, sources, secretName, items, optional, defaultMode));
  }
  if (volume.downwardAPI) return made(downwardFiles(pod, volume.downwardAPI.items ?? [], sources, volume.downwardAPI.defaultMode));
  if (volume.projected) {
    const files: Files = {};
    for (const source of volume.projected.sources ?? [])
      Object.assign(files, await projectedFiles(pod, name, source, sources, volume.projected.defaultMode));
    return made(files);
  }
  const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';
  throw new MountError(name, `kubemu does not simulate ${kind} volumes yet`);
}

async function projectedFiles(
  pod: Pod,
  volume: string,
  source: V1VolumeProjection,
  sources: VolumeSources,
  mode: number | undefined,
): Promise<Files> {
  if (source.configMap)
    return configMapFiles(pod, volume, sources, source.configMap.name ?? '', source.configMap.items, source.configMap.optional, mode);
  if (source.secret) return secretFiles(pod, volume, sources, source.secret.name ?? '', source.secret.items, source.secret.optional, mode);
  if (source.downwardAPI) return downwardFiles(pod, source.downwardAPI.items ?? [], sources, mode);
  if (source.serviceAccountToken) {
    const { path, audience, expirationSeconds } = source.serviceAccountToken;
    return {
      [path]: {
        text: sources.checkOnly ? '' : await tokenFor(pod, volume, sources.client, audience, expirationSeconds ?? 3600),
        unsigned: true,
        mode: mode ?? 0o644,
      },
    };
  }
  throw new MountError(volume, `kubemu does not simulate projected ${Object.keys(source).join()} volumes yet`);
}

async function configMapFiles(
  pod: Pod,
  volume: string,
  { client }: VolumeSources,
  name: string,
  items: readonly V1KeyToPath[] | undefined,
  optional: boolean | undefined,
  mode: number | undefined,
): Promise<Files> {
  const configMap = await client.get(ConfigMap, { namespace: pod.metadata.namespace, name });
  if (!configMap) {
    if (optional) return {};
    throw new MountError(volume, `configmap "${name}" not found`);
  }
  const files: Files = {};
  for (const [key, text] of Object.entries(configMap.data ?? {})) files[key] = { text, mode: mode ?? 0o644 };
  for (const [key, text] of Object.entries(configMap.binaryData ?? {})) files[key] = bytes(text, mode);
  return selected(files, items, optional, volume);
}

async function secretFiles(
  pod: Pod,
  volume: string,
  { client }: VolumeSources,
  name: string,
  items: readonly V1KeyToPath[] | undefined,
  optional: boolean | undefined,
  mode: number | undefined,
): Promise<Files> {
  const secret = await client.get(Secret, { namespace: pod.metadata.namespace, name });
  if (!secret) {
    if (optional) return {};
    throw new MountError(volume, `secret "${name}" not found`);
  }
  const files: Files = {};
  for (const [key, text] of Object.entries(secret.data ?? {})) files[key] = bytes(text, mode);
  return selected(files, items, optional, volume);
}

/** Base64 as text where it is text, so that the state file stays readable. */
function bytes(base64: string, mode: number | undefined): FileContent {
  const raw = Buffer.from(base64, 'base64');
  const text = raw.toString('utf8');
  return Buffer.from(text, 'utf8').equals(raw) ? { text, mode: mode ?? 0o644 } : { text: base64, binary: true, mode: mode ?? 0o644 };
}

function selected(files: Files, items: readonly V1KeyToPath[] | undefined, optional: boolean | undefined, volume: string): Files {
  if (!items) return files;
  const chosen: Files = {};
  for (const { key, path, mode } of items) {
    const file = files[key];
    if (file) chosen[path] = mode === undefined ? file : { ...file, mode };
    else if (!optional) throw new MountError(volume, `references non-existent config key: ${key}`);
  }
  return chosen;
}

function downwardFiles(
  pod: Pod,
  items: NonNullable<NonNullable<V1Volume['downwardAPI']>['items']>,
  sources: VolumeSources,
  mode: number | undefined,
): Files {
  const files: Files = {};
  const [first] = pod.spec.containers;
  for (const { path, fieldRef, resourceFieldRef, mode: own } of items) {
    const text = fieldRef
      ? podField(pod, fieldRef.fieldPath, sources)
      : resourceFieldRef && first
        ? resourceField(pod, first, resourceFieldRef, sources.allocatable)
        : '';
    files[path] = { text, mode: own ?? mode ?? 0o644 };
  }
  return files;
}

/** A TokenRequest for the Pod's service account, bound to the Pod. Whoever reads the file signs it. */
async function tokenFor(
  pod: Pod,
  volume: string,
  client: Client,
  audience: string | undefined,
  expirationSeconds: number,
): Promise<string> {
  const { namespace = 'default', name, uid } = pod.metadata;
  const account = pod.spec.serviceAccountName ?? 'default';
  try {
    const { body } = await client.request({
      method: 'POST',
      unsigned: true,
      path: `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: audience ? [audience] : [], expirationSeconds, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid } },
      },
    });
    return (body as { status?: { token?: string } }).status?.token ?? '';
  } catch (error) {
    if (error instanceof StatusError) throw new MountError(volume, `failed to fetch token: ${error.message}`);
    throw error;
  }
}

/** Folders that every machine has; the simulated disk knows files only. */
const OF_THE_SYSTEM =
  /^\/(boot|home|media|mnt|opt|root|srv|tmp|var|var\/(log|run|tmp)(\/.*)?|(bin|dev|etc|lib|proc|run|sbin|sys|usr|var\/lib)(\/.*)?)?\/*$/;

/** A path of the node's disk. A single file is a volume of that file alone, and what a container writes to it stays in the Pod. */
function hostPath({ disk, node, store }: VolumeSources, path: string, type: string | undefined, volume: string): VolumeFiles {
  const single = disk.read(path);
  if (single !== undefined && type !== 'Directory') return { volume, files: { [baseName(path)]: { text: single } }, keep: true };
  const backing: Backing = { node, path };
  const files = storedFiles(store, backing);
  if (type === 'Directory' && Object.keys(files).length === 0 && !OF_THE_SYSTEM.test(path)) {
    throw new MountError(volume, `hostPath type check failed: ${path} is not a directory`);
  }
  if (single === undefined && type === 'File') throw new MountError(volume, `hostPath type check failed: ${path} is not a file`);
  return { volume, files, keep: true, backing };
}

/** The PersistentVolume behind a claim: on a node's disk, or wherever its driver keeps it. */
async function claimed(pod: Pod, volume: string, claim: string, { client, node, store }: VolumeSources): Promise<VolumeFiles> {
  const pvc = await client.get(PersistentVolumeClaim, { namespace: pod.metadata.namespace, name: claim });
  if (!pvc)
    throw new MountError(
      volume,
      `error processing PVC ${pod.metadata.namespace}/${claim}: failed to fetch PVC from API server: persistentvolumeclaims "${claim}" not found`,
    );
  const pv = pvc.spec.volumeName ? await client.get(PersistentVolume, { name: pvc.spec.volumeName }) : undefined;
  if (!pv) throw new MountError(volume, `error processing PVC ${pod.metadata.namespace}/${claim}: PVC is not bound`);
  if (pv.spec.csi && !(await isAttached(client, pv.spec.csi, node))) throw new NotAttached(volume);
  const path = pv.spec.hostPath?.path ?? pv.spec.local?.path;
  const backing: Backing = path === undefined ? { volume: pv.metadata.name } : { node, path };
  return { volume, files: storedFiles(store, backing), keep: true, backing };
}

/** Unless its driver needs no attaching. */
async function isAttached(client: Client, source: V1CSIPersistentVolumeSource, node: string): Promise<boolean> {
  const attachment = await client.get(VolumeAttachment, { name: attachmentName(source, node) });
  if (attachment?.status?.attached) return true;
  return (await client.get(CSIDriver, { name: source.driver }))?.spec.attachRequired === false;
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A hostPath that is one file is a volume of that file alone: mounts go to the file in it. */
export function fileInVolume(pod: Pod, volume: string, disk: Disk): string | undefined {
  const path = pod.spec.volumes?.find(({ name }) => name === volume)?.hostPath?.path;
  return path !== undefined && disk.read(path) !== undefined ? baseName(path) : undefined;
}
