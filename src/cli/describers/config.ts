// `describe` of config maps, secrets and service accounts.
import type { V1ConfigMap, V1Secret, V1ServiceAccount } from '../../api/generated/types.ts';
import type { Describe } from './describer.ts';
import { Description } from './description.ts';
import { describeEvents } from './events.ts';

const bytesIn = (base64: string): number => Buffer.from(base64, 'base64').length;

export const describeConfigMap: Describe = async (object, around) => {
  const { metadata = {}, data = {}, binaryData = {} } = object as unknown as V1ConfigMap;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, '\nData\n====');
  for (const key of Object.keys(data).sort()) out.line(0, `${key}:\n----\n${data[key] ?? ''}\n`);
  out.line(0, '\nBinaryData\n====');
  for (const key of Object.keys(binaryData).sort()) out.line(0, `${key}: ${bytesIn(binaryData[key] ?? '')} bytes`);
  out.line(0);
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};

export const describeSecret: Describe = async (object) => {
  const { metadata = {}, data = {}, type } = object as unknown as V1Secret;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.line(0, `\nType:\t${type ?? ''}`);
  out.line(0, '\nData\n====');
  for (const key of Object.keys(data).sort()) {
    const value = data[key] ?? '';
    const token = key === 'token' && type === 'kubernetes.io/service-account-token';
    out.line(0, token ? `${key}:\t${Buffer.from(value, 'base64').toString('utf8')}` : `${key}:\t${bytesIn(value)} bytes`);
  }
  return out.toString();
};

export const describeServiceAccount: Describe = async (object, around) => {
  const { metadata = {}, imagePullSecrets = [] } = object as unknown as V1ServiceAccount;
  const out = new Description();
  out.line(0, `Name:\t${metadata.name ?? ''}`);
  out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  out.labels('Labels', metadata.labels);
  out.annotations(metadata.annotations);
  out.titled(
    'Image pull secrets',
    imagePullSecrets.map(({ name }) => name ?? ''),
  );
  describeEvents(out, await around.events(), around.now());
  return out.toString();
};
