import type { Stored } from '../../machinery/object.ts';
import type { FieldError } from '../../machinery/status.ts';
import { invalidValue, required } from '../../machinery/validation/field-error.ts';
import { immutable } from '../apps/validation.ts';
import { age, name } from '../columns/columns.ts';
import { defineKind } from '../define.ts';
import type { V1Secret } from '../generated/types.ts';
import { validateImmutability, validateKeys, validateSize } from './data-validation.ts';

export type Secret = Stored<V1Secret>;

export const Secret = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  validate: validateSecret,
  validateUpdate: (secret, old) => [
    ...validateImmutability(secret, old),
    ...immutable(secret.type, old.type, 'type'),
    ...validateSecret(secret),
  ],
  setDefaults(secret) {
    secret.type ||= 'Opaque';
    if (!secret.stringData) return;
    secret.data = { ...secret.data };
    for (const [key, text] of Object.entries(secret.stringData)) secret.data[key] = Buffer.from(text).toString('base64');
    delete secret.stringData;
  },
  selectableFields: (secret) => ({ type: secret.type ?? '' }),
  columns: [
    name,
    { header: 'TYPE', cell: (secret) => secret.type ?? '' },
    { header: 'DATA', type: 'integer', cell: (secret) => Object.keys(secret.data ?? {}).length },
    age,
  ],
});

function validateSecret(secret: Secret): FieldError[] {
  return [...validateKeys(secret.data, 'data'), ...validateSize(undefined, secret.data, 'data'), ...validateType(secret)];
}

/** What a Secret of a well-known type must hold. */
function validateType({ metadata, type, data = {} }: Secret): FieldError[] {
  const needs = (...keys: string[]): FieldError[] => keys.filter((key) => data[key] === undefined).map((key) => required(`data[${key}]`));
  switch (type) {
    case 'kubernetes.io/service-account-token':
      return metadata.annotations?.['kubernetes.io/service-account.name']
        ? []
        : [required('metadata.annotations[kubernetes.io/service-account.name]')];
    case 'kubernetes.io/tls':
      return needs('tls.crt', 'tls.key');
    case 'kubernetes.io/dockerconfigjson':
      return [...needs('.dockerconfigjson'), ...validateJson(data, '.dockerconfigjson')];
    case 'kubernetes.io/dockercfg':
      return [...needs('.dockercfg'), ...validateJson(data, '.dockercfg')];
    // The server's own path for these is odd, and this is how it reads.
    case 'kubernetes.io/ssh-auth':
      return data['ssh-privatekey'] ? [] : [required('data[%s][ssh-privatekey]')];
    case 'kubernetes.io/basic-auth':
      return data['username'] || data['password'] ? [] : [required('data[%s][username]'), required('data[%s][password]')];
    default:
      return [];
  }
}

function validateJson(data: Readonly<Record<string, string>>, key: string): FieldError[] {
  if (data[key] === undefined) return [];
  try {
    JSON.parse(Buffer.from(data[key], 'base64').toString());
    return [];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [invalidValue(`data[${key}]`, '<secret contents redacted>', 'invalid character in JSON')];
  }
}
