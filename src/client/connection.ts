// What a kubeconfig and kubectl's connection flags come to: which state file, which identity, which namespace. Refuses by name every
// cluster that is not kubemu's, so that no slip of a PATH or KUBECONFIG reaches a real one.
import { dirname, resolve } from 'node:path';
import { DialError } from '../machinery/dialer.ts';
import type { Credentials } from '../machinery/http.ts';
import { type Cluster, ConfigError, type ConfigFiles, type Kubeconfig, type NamedExtension, type User } from './kubeconfig.ts';

/** The connection flags of the command line; empty strings and lists for those not given. */
export interface Overrides {
  context: string;
  cluster: string;
  user: string;
  namespace: string;
  server: string;
  token: string;
  username: string;
  password: string;
  as: string;
  asUid: string;
  asGroups: readonly string[];
  asExtra: readonly string[];
  /** `--state` or KUBEMU_STATE. */
  state: string;
}

export interface Connection {
  stateFile: string;
  server: string;
  credentials: Credentials;
}

/** `-n`, else the context's, else `default`. */
export function namespaceOf(config: Kubeconfig, overrides: Overrides): string {
  if (overrides.namespace) return overrides.namespace;
  return currentContext(config, overrides)?.namespace || 'default';
}

export function connectionOf(config: Kubeconfig, overrides: Overrides, files: ConfigFiles): Connection {
  const context = currentContext(config, overrides);
  const clusterName = overrides.cluster || context?.cluster || '';
  const userName = overrides.user || context?.user || '';
  const cluster = config.clusters.get(clusterName);
  if (!cluster) {
    if (overrides.cluster) throw new ConfigError(`no server found for cluster "${clusterName}"`);
    if (overrides.server) throw foreign('', overrides.server);
    throw new DialError('refused', 'localhost', 8080, []);
  }
  const server = overrides.server || cluster.value.server || '';
  const user = config.users.get(userName);
  if (!user && overrides.user) throw new ConfigError(`auth info "${userName}" does not exist`);
  const credentials = { ...identity(user?.value ?? {}, userName, overrides), ...impersonation(userName, overrides) };
  const mark = extension(cluster.value)?.state;
  if (typeof mark !== 'string' || (overrides.server && overrides.server !== cluster.value.server)) throw foreign(clusterName, server);
  const stateFile = resolve(files.cwd, overrides.state || resolve(dirname(resolve(files.cwd, cluster.file)), mark));
  return { stateFile, server, credentials };
}

function currentContext(config: Kubeconfig, overrides: Overrides): { cluster?: string; user?: string; namespace?: string } | undefined {
  const name = overrides.context || config.currentContext;
  const context = config.contexts.get(name);
  if (!context && (overrides.context || name)) throw new ConfigError(`context was not found for specified context: ${name}`, true);
  return context?.value;
}

function foreign(name: string, server: string): ConfigError {
  const which = name ? `cluster "${name}" (${server})` : `the server ${server}`;
  return new ConfigError(`${which} is not a kubemu cluster; kubemu talks to no other. Choose another context or unset KUBECONFIG`);
}

function extension(stanza: Cluster | User): Record<string, unknown> | undefined {
  const found = (stanza.extensions ?? []).find((one: NamedExtension) => one.name === 'kubemu')?.extension;
  return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : undefined;
}

function identity(user: User, name: string, overrides: Overrides): Credentials {
  if (overrides.token && (overrides.username || overrides.password)) {
    throw new ConfigError(`more than one authentication method found for ${name}; found [token basicAuth], only one is allowed`);
  }
  const token = overrides.token || user.token;
  if (token) return { token };
  const mark = extension(user);
  if (typeof mark?.commonName === 'string') {
    return {
      certificate: { commonName: mark.commonName, organizations: Array.isArray(mark.organizations) ? mark.organizations.map(String) : [] },
    };
  }
  const data = user['client-certificate-data'];
  return typeof data === 'string' ? { certificate: subjectOf(data) } : {};
}

/** The subject of a certificate: CN is the user, each O a group. Read from the DER directly: node:crypto costs 5 ms to load. */
function subjectOf(data: string): { commonName: string; organizations: string[] } {
  const pem = Buffer.from(data, 'base64').toString('latin1');
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const values = (oid: number): string[] => {
    const found: string[] = [];
    const mark = Buffer.from([0x06, 0x03, 0x55, 0x04, oid]);
    for (let at = der.indexOf(mark); at >= 0; at = der.indexOf(mark, at + 1)) {
      const length = der[at + 6] ?? 0;
      found.push(der.subarray(at + 7, at + 7 + length).toString('utf8'));
    }
    return found;
  };
  // The issuer's names stand before the subject's.
  const commonNames = values(3);
  return { commonName: commonNames.at(-1) ?? '', organizations: values(10) };
}

function impersonation(user: string, overrides: Overrides): Pick<Credentials, 'impersonate'> {
  const { as, asUid, asGroups, asExtra } = overrides;
  if (!as) {
    if (asUid || asGroups.length > 0 || asExtra.length > 0) {
      throw new ConfigError(`requesting uid, groups or user-extra for ${user} without impersonating a user`);
    }
    return {};
  }
  const extra: Record<string, string[]> = {};
  for (const pair of asExtra) {
    const at = pair.indexOf('=');
    const key = pair.slice(0, at);
    if (at > 0) extra[key] = [...(extra[key] ?? []), pair.slice(at + 1)];
  }
  return {
    impersonate: {
      user: as,
      ...(asUid ? { uid: asUid } : {}),
      ...(asGroups.length > 0 ? { groups: asGroups } : {}),
      ...(asExtra.length > 0 ? { extra } : {}),
    },
  };
}
