// Volumes: a name and exactly one source each, and what the common sources need.
import type { FieldError } from '../../../../machinery/status.ts';
import {
  duplicate,
  forbiddenField,
  invalidFor,
  invalidValue,
  notSupported,
  required,
} from '../../../../machinery/validation/field-error.ts';
import { dnsLabel } from '../../../../machinery/validation/names.ts';
import type { V1KeyToPath, V1Volume } from '../../../generated/types.ts';

const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

/** With the names of volumes that are well: a mount of any other is a mount of nothing. */
export function checkVolumes(volumes: readonly V1Volume[] | undefined, at: string): { errors: FieldError[]; sound: ReadonlySet<string> } {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [i, volume] of (volumes ?? []).entries()) {
    const here = `${at}[${i}]`;
    const wrong = validateSource(volume, here);
    if (!volume.name) wrong.push(required(`${here}.name`));
    else wrong.push(...invalidFor(`${here}.name`, volume.name, dnsLabel(volume.name)));
    if (names.has(volume.name)) wrong.push(duplicate(`${here}.name`, volume.name));
    if (!wrong.length) names.add(volume.name);
    errors.push(...wrong);
  }
  return { errors, sound: names };
}

function validateSource(volume: V1Volume, at: string): FieldError[] {
  const [kind, ...more] = Object.keys(volume).filter((field) => field !== 'name' && volume[field as keyof V1Volume] !== undefined);
  if (kind === undefined) return [required(at, 'must specify a volume type')];
  const errors: FieldError[] = more.map((other) => forbiddenField(`${at}.${other}`, 'may not specify more than 1 volume type'));
  const { configMap, secret, hostPath, persistentVolumeClaim, nfs, csi, projected, downwardAPI } = volume;
  if (configMap) {
    if (!configMap.name) errors.push(required(`${at}.configMap.name`));
    errors.push(
      ...validateMode(configMap.defaultMode, `${at}.configMap.defaultMode`),
      ...validateItems(configMap.items, `${at}.configMap.items`),
    );
  }
  if (secret) {
    if (!secret.secretName) errors.push(required(`${at}.secret.secretName`));
    errors.push(...validateMode(secret.defaultMode, `${at}.secret.defaultMode`), ...validateItems(secret.items, `${at}.secret.items`));
  }
  if (hostPath) {
    if (!hostPath.path) errors.push(required(`${at}.hostPath.path`));
    else if (hostPath.path.split('/').includes('..'))
      errors.push(invalidValue(`${at}.hostPath.path`, hostPath.path, "must not contain '..'"));
    if (!HOST_PATH_TYPES.includes(hostPath.type ?? '')) errors.push(notSupported(`${at}.hostPath.type`, hostPath.type, HOST_PATH_TYPES));
  }
  if (persistentVolumeClaim && !persistentVolumeClaim.claimName) errors.push(required(`${at}.persistentVolumeClaim.claimName`));
  if (nfs) {
    if (!nfs.server) errors.push(required(`${at}.nfs.server`));
    if (!nfs.path) errors.push(required(`${at}.nfs.path`));
    else if (!nfs.path.startsWith('/')) errors.push(invalidValue(`${at}.nfs.path`, nfs.path, 'must be an absolute path'));
  }
  if (csi && !csi.driver) errors.push(required(`${at}.csi.driver`));
  if (projected) errors.push(...validateMode(projected.defaultMode, `${at}.projected.defaultMode`));
  if (downwardAPI) errors.push(...validateMode(downwardAPI.defaultMode, `${at}.downwardAPI.defaultMode`));
  return errors;
}

const MAX_MODE = 0o777;

function validateMode(mode: number | undefined, at: string): FieldError[] {
  if (mode === undefined || (mode >= 0 && mode <= MAX_MODE)) return [];
  return [invalidValue(at, mode, 'must be a number between 0 and 0777 (octal), both inclusive')];
}

function validateItems(items: readonly V1KeyToPath[] | undefined, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, { key, path, mode }] of (items ?? []).entries()) {
    if (!key) errors.push(required(`${at}[${i}].key`));
    if (!path) errors.push(required(`${at}[${i}].path`));
    else if (path.startsWith('/')) errors.push(invalidValue(`${at}[${i}].path`, path, 'must be a relative path'));
    else if (path.split('/').includes('..')) errors.push(invalidValue(`${at}[${i}].path`, path, "must not contain '..'"));
    errors.push(...validateMode(mode, `${at}[${i}].mode`));
  }
  return errors;
}
