// Plays the kubelet's makeEnvironmentVariables: services, envFrom and env, with $(NAME) expanded as in third_party/forked/golang/expansion.
import { ConfigMap } from '../api/core/configmap.ts';
import type { Pod } from '../api/core/pod.ts';
import { Secret } from '../api/core/secret.ts';
import { Service } from '../api/core/service.ts';
import type { V1Container } from '../api/generated/types.ts';
import type { Client } from '../client/client.ts';
import { DialError } from '../machinery/dialer.ts';
import { type PodAddresses, podField, resourceField } from './field-path.ts';

/** Why a container cannot be created (yet): the message of CreateContainerConfigError. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Environment = Record<string, string>;

export interface EnvironmentSources extends PodAddresses {
  client: Client;
  allocatable: Readonly<Record<string, string>>;
}

export async function environmentOf(pod: Pod, container: V1Container, sources: EnvironmentSources): Promise<Environment> {
  const { client } = sources;
  const { namespace = 'default' } = pod.metadata;
  const services = await serviceVariables(pod, client).catch((error: unknown) => {
    if (error instanceof DialError) return {}; // a static Pod starts before there is an API server
    throw error;
  });
  const env: Environment = {};

  const configMap = async (name: string, optional: boolean | undefined): Promise<Readonly<Record<string, string>> | undefined> => {
    const found = await client.get(ConfigMap, { namespace, name });
    if (!found && !optional) throw new ConfigError(`configmap "${name}" not found`);
    return found && (found.data ?? {});
  };
  const secret = async (name: string, optional: boolean | undefined): Promise<Readonly<Record<string, string>> | undefined> => {
    const found = await client.get(Secret, { namespace, name });
    if (!found && !optional) throw new ConfigError(`secret "${name}" not found`);
    return (
      found &&
      Object.fromEntries(Object.entries(found.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]))
    );
  };

  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const all = configMapRef
      ? await configMap(configMapRef.name ?? '', configMapRef.optional)
      : await secret(secretRef?.name ?? '', secretRef?.optional);
    for (const [key, value] of Object.entries(all ?? {})) env[prefix + key] = value;
  }

  for (const { name, value, valueFrom } of container.env ?? []) {
    if (!valueFrom) {
      env[name] = expand(value ?? '', { ...services, ...env });
    } else if (valueFrom.fieldRef) {
      env[name] = podField(pod, valueFrom.fieldRef.fieldPath, sources);
    } else if (valueFrom.resourceFieldRef) {
      env[name] = resourceField(pod, container, valueFrom.resourceFieldRef, sources.allocatable);
    } else if (valueFrom.configMapKeyRef) {
      const { name: from = '', key, optional } = valueFrom.configMapKeyRef;
      const found = (await configMap(from, optional))?.[key];
      if (found !== undefined) env[name] = found;
      else if (!optional) throw new ConfigError(`couldn't find key ${key} in ConfigMap ${namespace}/${from}`);
    } else if (valueFrom.secretKeyRef) {
      const { name: from = '', key, optional } = valueFrom.secretKeyRef;
      const found = (await secret(from, optional))?.[key];
      if (found !== undefined) env[name] = found;
      else if (!optional) throw new ConfigError(`couldn't find key ${key} in Secret ${namespace}/${from}`);
    } else {
      throw new ConfigError(`kubemu does not simulate this source of environment variable ${name} yet`);
    }
  }
  return { ...services, ...env };
}

/** `$(NAME)` becomes its value, `$$(NAME)` the text `$(NAME)`; a name that is not known stays as it is written. */
export function expand(text: string, env: Readonly<Environment>): string {
  return text.replace(/\$(\$|\(([^()]*)\))/g, (whole, inner: string, name: string | undefined) => {
    if (inner === '$') return '$';
    return name !== undefined && Object.hasOwn(env, name) ? (env[name] ?? '') : whole;
  });
}

/** Docker-links-style variables of the namespace's Services (unless switched off) and always those of `kubernetes`. */
async function serviceVariables(pod: Pod, client: Client): Promise<Environment> {
  const { namespace = 'default' } = pod.metadata;
  const env: Environment = {};
  const master = await client.get(Service, { namespace: 'default', name: 'kubernetes' });
  const own = pod.spec.enableServiceLinks === false ? [] : await client.list(Service, { namespace });
  for (const service of [...(master ? [master] : []), ...own]) {
    const { clusterIP, ports = [] } = service.spec;
    const [first] = ports;
    if (!clusterIP || clusterIP === 'None' || !first) continue;
    const prefix = service.metadata.name.toUpperCase().replaceAll('-', '_');
    env[`${prefix}_SERVICE_HOST`] = clusterIP;
    env[`${prefix}_SERVICE_PORT`] = String(first.port);
    for (const { name, port } of ports) if (name) env[`${prefix}_SERVICE_PORT_${name.toUpperCase().replaceAll('-', '_')}`] = String(port);
    const address = (port: number, protocol: string): string => `${protocol}://${clusterIP}:${port}`;
    env[`${prefix}_PORT`] = address(first.port, (first.protocol ?? 'TCP').toLowerCase());
    for (const { port, protocol = 'TCP' } of ports) {
      const link = `${prefix}_PORT_${port}_${protocol}`;
      env[link] = address(port, protocol.toLowerCase());
      env[`${link}_PROTO`] = protocol.toLowerCase();
      env[`${link}_PORT`] = String(port);
      env[`${link}_ADDR`] = clusterIP;
    }
  }
  return env;
}
