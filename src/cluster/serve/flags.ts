// kube-apiserver's own flags, as far as a served cluster knows them: from words and files to the options of the API server.
import { openSync, readFileSync, writeSync } from 'node:fs';
import { admissionPlugins } from '../../apiserver/admission/index.ts';
import { AUTHORIZATION_MODES, type AuthorizationMode } from '../../apiserver/authorization/index.ts';
import type { ApiServerOptions } from '../../apiserver/context.ts';
import { COMPONENTS, type Component, type Components } from '../components.ts';
import { ServerFlagError } from './flag-error.ts';

export { ServerFlagError } from './flag-error.ts';

/** As typed; empty where not given. */
export interface ServerFlags {
  authorizationMode: string;
  enableAdmissionPlugins: string;
  disableAdmissionPlugins: string;
  tokenAuthFile: string;
  clientCaFile: string;
  components: string;
  serviceClusterIpRange: string;
  auditPolicyFile: string;
  /** `-` is standard output. */
  auditLogPath: string;
}

export interface ServerSettings {
  options: Partial<ApiServerOptions>;
  /** Certificates that it signed are believed, too; PEM. */
  clientAuthority?: string;
  /** What runs; everything when absent. */
  components?: Components;
  serviceCIDR?: string;
}

export async function serverSettings(flags: ServerFlags): Promise<ServerSettings> {
  const { authorizationMode, tokenAuthFile, clientCaFile } = flags;
  const modes = authorizationMode === '' ? undefined : modesOf(authorizationMode);
  const enabled = plugins('enable-admission-plugins', flags.enableAdmissionPlugins);
  const disabled = plugins('disable-admission-plugins', flags.disableAdmissionPlugins);
  const both = enabled.filter((name) => disabled.includes(name));
  if (both.length > 0) throw new ServerFlagError(`admission plugins are both enabled and disabled: ${both.join(', ')}`);
  return {
    options: {
      ...(modes ? { authorizationModes: modes } : {}),
      ...(disabled.length > 0 ? { disableAdmissionPlugins: disabled } : {}),
      ...(flags.auditPolicyFile || flags.auditLogPath ? { audit: await auditOf(flags) } : {}),
      ...(tokenAuthFile ? { tokens: tokensOf(tokenAuthFile) } : {}),
    },
    ...(clientCaFile ? { clientAuthority: authorityOf(clientCaFile) } : {}),
    ...(flags.components ? { components: componentsOf(flags.components) } : {}),
    ...(flags.serviceClusterIpRange ? { serviceCIDR: rangeOf(flags.serviceClusterIpRange) } : {}),
  };
}

async function auditOf({ auditPolicyFile, auditLogPath }: ServerFlags): Promise<NonNullable<ApiServerOptions['audit']>> {
  if (!auditPolicyFile) throw new ServerFlagError('--audit-log-path needs --audit-policy-file: without a policy nothing is written');
  if (!auditLogPath) throw new ServerFlagError('--audit-policy-file needs --audit-log-path: events would go nowhere');
  const [{ readPolicy }, { parse }] = await Promise.all([import('../../apiserver/audit/policy.ts'), import('yaml')]);
  const text = read('audit-policy-file', auditPolicyFile);
  let policy: ReturnType<typeof readPolicy>;
  try {
    policy = readPolicy(parse(text, { maxAliasCount: 100 }));
  } catch (error) {
    throw new ServerFlagError(
      `the file ${auditPolicyFile} of --audit-policy-file holds no audit policy: ${(error as Error).message.split('\n', 1)[0]}`,
    );
  }
  const log = openLog(auditLogPath);
  return { policy, write: (line) => void writeSync(log, `${line}\n`) };
}

/** Written at once, so that nothing that was answered is missing; in no other process's way. */
function openLog(path: string): number {
  if (path === '-') return 1;
  try {
    return openSync(path, 'a', 0o600);
  } catch (error) {
    throw new ServerFlagError(`the file ${path} of --audit-log-path cannot be written: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** `apiserver` is `kube-apiserver`, which must be there; etcd comes with it. */
function componentsOf(text: string): Components {
  const found = new Set<Component>();
  for (const name of text.split(',').map((one) => one.trim())) {
    if (name === 'etcd') continue;
    const component = COMPONENTS.find((one) => one === name || one === `kube-${name}`);
    if (!component)
      throw new ServerFlagError(`--components: there is no component ${JSON.stringify(name)}; there are etcd, ${COMPONENTS.join(', ')}`);
    found.add(component);
  }
  if (!found.has('kube-apiserver')) throw new ServerFlagError('--components: without kube-apiserver there is nothing to serve');
  return found;
}

/** An IPv4 network of 8 to 1,048,576 addresses. */
function rangeOf(text: string): string {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  const [, a, b, c, d, bits] = (match ?? []).map(Number) as [number, ...number[]];
  const parts = [a, b, c, d] as number[];
  if (!match || parts.some((part) => part > 255) || bits === undefined) {
    throw new ServerFlagError(`--service-cluster-ip-range must be one IPv4 network such as 10.96.0.0/12, not ${JSON.stringify(text)}`);
  }
  if (bits < 12 || bits > 28)
    throw new ServerFlagError(`--service-cluster-ip-range: the network must be between /12 and /28, not /${bits}`);
  const number = parts.reduce((sum, part) => sum * 256 + part, 0);
  const first = number - (number % 2 ** (32 - bits));
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')}/${bits}`;
}

function modesOf(text: string): AuthorizationMode[] {
  const names = text.split(',').map((name) => name.trim());
  return names.map((name, i) => {
    const mode = AUTHORIZATION_MODES.find((one) => one === name);
    if (!mode) throw new ServerFlagError(`--authorization-mode can be ${AUTHORIZATION_MODES.join(', ')}, not ${JSON.stringify(name)}`);
    if (names.indexOf(name) < i) throw new ServerFlagError(`--authorization-mode has mode ${JSON.stringify(name)} more than once`);
    return mode;
  });
}

/** All that exist run by themselves, so to enable one is to ask whether it exists. */
function plugins(flag: string, text: string): string[] {
  const names = text === '' ? [] : text.split(',').map((name) => name.trim());
  const known = new Set(admissionPlugins.map(({ name }) => name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new ServerFlagError(`--${flag}: kubemu has no admission plugin ${unknown.join(', ')}; it has ${[...known].sort().join(', ')}`);
  }
  return names;
}

/** Lines of `token,user,uid,"group1,group2"`. */
function tokensOf(path: string): NonNullable<ApiServerOptions['tokens']> {
  const tokens = new Map<string, { name: string; uid: string; groups: string[] }>();
  const lines = read('token-auth-file', path).split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [token = '', name = '', uid, groups = ''] = fields(line);
    if (!token || !name || uid === undefined) {
      throw new ServerFlagError(`line ${index + 1} of the token file ${path} must hold a token, a user, a uid, and may hold groups`);
    }
    const names = groups.split(',').map((group) => group.trim());
    tokens.set(token, { name, uid, groups: names.filter((group) => group !== '') });
  }
  return tokens;
}

/** The fields of a line of comma-separated values. */
const fields = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = '']) =>
    quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'),
  );

function authorityOf(path: string): string {
  const text = read('client-ca-file', path);
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new ServerFlagError(`the file ${path} of --client-ca-file holds no certificate`);
  return text;
}

function read(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ServerFlagError(`the file ${path} of --${flag} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
