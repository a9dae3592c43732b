// kube-apiserver's own flags, as far as a served cluster knows them: from words and files to the options of the API server.
import { readFileSync } from 'node:fs';
import { admissionPlugins } from '../../apiserver/admission/index.ts';
import type { ApiServerOptions } from '../../apiserver/context.ts';

/** As typed; empty where not given. */
export interface ServerFlags {
  authorizationMode: string;
  enableAdmissionPlugins: string;
  disableAdmissionPlugins: string;
  tokenAuthFile: string;
  clientCaFile: string;
}

export interface ServerSettings {
  options: Partial<ApiServerOptions>;
  /** Certificates that it signed are believed, too; PEM. */
  clientAuthority?: string;
}

/** What cannot be done is refused by name. */
export class ServerFlagError extends Error {}

const MODES: Readonly<Record<string, NonNullable<ApiServerOptions['authorizationMode']>>> = {
  RBAC: 'RBAC',
  'Node,RBAC': 'RBAC',
  'RBAC,Node': 'RBAC',
  AlwaysAllow: 'AlwaysAllow',
  AlwaysDeny: 'AlwaysDeny',
};

export function serverSettings(flags: ServerFlags): ServerSettings {
  const { authorizationMode, tokenAuthFile, clientCaFile } = flags;
  const mode = authorizationMode === '' ? undefined : MODES[authorizationMode];
  if (authorizationMode !== '' && !mode) {
    throw new ServerFlagError(`--authorization-mode can be ${Object.keys(MODES).join(', ')}, not ${JSON.stringify(authorizationMode)}`);
  }
  const enabled = plugins('enable-admission-plugins', flags.enableAdmissionPlugins);
  const disabled = plugins('disable-admission-plugins', flags.disableAdmissionPlugins);
  const both = enabled.filter((name) => disabled.includes(name));
  if (both.length > 0) throw new ServerFlagError(`admission plugins are both enabled and disabled: ${both.join(', ')}`);
  return {
    options: {
      ...(mode ? { authorizationMode: mode } : {}),
      ...(disabled.length > 0 ? { disableAdmissionPlugins: disabled } : {}),
      ...(tokenAuthFile ? { tokens: tokensOf(tokenAuthFile) } : {}),
    },
    ...(clientCaFile ? { clientAuthority: authorityOf(clientCaFile) } : {}),
  };
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
