// Plays client-go's clientcmd: finds, merges, resolves and writes kubeconfig files.
//
// A cluster is kubemu's when its entry carries an extension named `kubemu` that names the state file. Users may carry an extension of
// the same name with the identity that their client certificate would prove (`kubernetes-admin`, O=kubeadm:cluster-admins), until the
// cluster issues certificates; a `client-certificate-data` is believed by its subject. ~/.kube is never looked at.
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '../machinery/make-folder.ts';
import { readSimpleYaml } from '../machinery/yaml-read.ts';

export interface NamedExtension {
  name: string;
  extension: unknown;
}

export interface Cluster {
  server?: string;
  extensions?: NamedExtension[];
  [field: string]: unknown;
}

export interface User {
  token?: string;
  extensions?: NamedExtension[];
  [field: string]: unknown;
}

export interface Context {
  cluster?: string;
  user?: string;
  namespace?: string;
  [field: string]: unknown;
}

/** One stanza and the file it came from. */
export interface Entry<T> {
  value: T;
  file: string;
}

export interface Kubeconfig {
  clusters: Map<string, Entry<Cluster>>;
  users: Map<string, Entry<User>>;
  contexts: Map<string, Entry<Context>>;
  currentContext: string;
  preferences: unknown;
  extensions: NamedExtension[] | undefined;
  /** Of the current context, when a file sets one. */
  currentContextFile: string | undefined;
}

/** Which files are in force. `shown` is how messages call the file that new entries go to. */
export interface ConfigFiles {
  paths: readonly string[];
  explicit: boolean;
  /** The default file under $KUBEMU_HOME: absent, it is as if it held the default cluster. */
  isDefault: boolean;
  cwd: string;
  home: string;
}

export class ConfigError extends Error {
  constructor(
    message: string,
    /** Several problems of the current context, each on a line of its own. */
    readonly invalid = false,
  ) {
    super(message);
    this.name = 'ConfigError';
  }
}

type Env = Readonly<Record<string, string | undefined>>;

export const kubemuHome = (env: Env): string => env.KUBEMU_HOME || join(env.HOME || '/', '.kubemu');

export function configFiles(explicit: string, env: Env, cwd: string): ConfigFiles {
  const home = kubemuHome(env);
  if (explicit) return { paths: [explicit], explicit: true, isDefault: false, cwd, home };
  const listed = [...new Set((env.KUBECONFIG ?? '').split(':').filter(Boolean))];
  if (listed.length > 0) return { paths: listed, explicit: false, isDefault: false, cwd, home };
  return { paths: [join(home, 'config')], explicit: false, isDefault: true, cwd, home };
}

/** The file that messages name and that new entries are written to. */
export function defaultFile(files: ConfigFiles): string {
  if (files.paths.length === 1) return files.paths[0] ?? '';
  return files.paths.find((path) => exists(resolve(files.cwd, path))) ?? files.paths.at(-1) ?? '';
}

export async function loadKubeconfig(files: ConfigFiles): Promise<Kubeconfig> {
  const config = emptyConfig();
  for (const path of files.paths) {
    const text = read(resolve(files.cwd, path), path);
    if (text === undefined) {
      if (files.isDefault) merge(config, defaultDocument(files.home), path);
      continue;
    }
    merge(config, await parse(text, path), path);
  }
  return config;
}

export const emptyConfig = (): Kubeconfig => ({
  clusters: new Map(),
  users: new Map(),
  contexts: new Map(),
  currentContext: '',
  preferences: undefined,
  extensions: undefined,
  currentContextFile: undefined,
});

interface Document {
  clusters?: { name: string; cluster?: Cluster }[] | null;
  users?: { name: string; user?: User }[] | null;
  contexts?: { name: string; context?: Context }[] | null;
  'current-context'?: string;
  preferences?: unknown;
  extensions?: NamedExtension[] | null;
}

async function parse(text: string, path: string): Promise<Document> {
  const quick = readSimpleYaml(text);
  let value: unknown = quick?.[0];
  if (quick === undefined) {
    const { readYaml } = await import('../machinery/yaml-full.ts');
    try {
      value = readYaml(text)[0];
    } catch (error) {
      throw new ConfigError(`error loading config file "${path}": ${(error as Error).message}`);
    }
  }
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new ConfigError(
      `error loading config file "${path}": couldn't get version/kind; json parse error: json: cannot unmarshal ${typeof value === 'object' ? 'array' : typeof value} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  }
  return value as Document;
}

/** Of several files the first that names a stanza or sets the current context wins. */
function merge(config: Kubeconfig, document: Document, file: string): void {
  for (const { name, cluster } of document.clusters ?? [])
    if (!config.clusters.has(name)) config.clusters.set(name, { value: cluster ?? {}, file });
  for (const { name, user } of document.users ?? []) if (!config.users.has(name)) config.users.set(name, { value: user ?? {}, file });
  for (const { name, context } of document.contexts ?? [])
    if (!config.contexts.has(name)) config.contexts.set(name, { value: context ?? {}, file });
  if (!config.currentContext && document['current-context']) {
    config.currentContext = document['current-context'];
    config.currentContextFile = file;
  }
  config.preferences ??= document.preferences;
  config.extensions ??= document.extensions ?? undefined;
}

/** The kubeconfig of a machine that has never had one: the default cluster, as kubeadm would name it. */
function defaultDocument(home: string): Document {
  return clusterDocument('kubernetes', join(home, 'cluster.json'));
}

export const defaultServer = 'https://172.18.0.2:6443';

/** Stanzas for one kubemu cluster: kubeadm's names for the default cluster, the cluster's own name for others. */
export function clusterDocument(
  name: string,
  stateFile: string,
): Required<Pick<Document, 'clusters' | 'users' | 'contexts' | 'current-context'>> {
  const user = name === 'kubernetes' ? 'kubernetes-admin' : `${name}-admin`;
  const context = name === 'kubernetes' ? `${user}@${name}` : name;
  return {
    clusters: [{ name, cluster: { server: defaultServer, extensions: [{ name: 'kubemu', extension: { state: stateFile } }] } }],
    users: [
      {
        name: user,
        user: {
          extensions: [{ name: 'kubemu', extension: { commonName: 'kubernetes-admin', organizations: ['kubeadm:cluster-admins'] } }],
        },
      },
    ],
    contexts: [{ name: context, context: { cluster: name, user } }],
    'current-context': context,
  };
}

/** Fields that are written even when empty. */
const always: Readonly<Record<string, object>> = { cluster: { server: '' }, context: { cluster: '', user: '' } };

/** The part of a configuration that lives in one file, as the file's document. */
export function toDocument(config: Kubeconfig, file?: string): Record<string, unknown> {
  const list = <T>(entries: Map<string, Entry<T>>, field: string): unknown[] | null => {
    const mine = [...entries].filter(([, entry]) => file === undefined || entry.file === file);
    mine.sort(([a], [b]) => (a < b ? -1 : 1));
    return mine.length === 0 ? null : mine.map(([name, { value }]) => ({ name, [field]: { ...always[field], ...value } }));
  };
  return {
    apiVersion: 'v1',
    clusters: list(config.clusters, 'cluster'),
    contexts: list(config.contexts, 'context'),
    'current-context': file === undefined || config.currentContextFile === file ? config.currentContext : '',
    ...(config.extensions ? { extensions: config.extensions } : {}),
    kind: 'Config',
    ...(config.preferences && Object.keys(config.preferences).length > 0 ? { preferences: config.preferences } : {}),
    users: list(config.users, 'user'),
  };
}

/** Writes every file that holds a stanza which differs, new stanzas to the default file. */
export async function saveKubeconfig(before: Kubeconfig, after: Kubeconfig, files: ConfigFiles): Promise<void> {
  const { writeYaml } = await import('../machinery/yaml-write.ts');
  const target = defaultFile(files);
  for (const entries of [after.clusters, after.users, after.contexts]) for (const entry of entries.values()) entry.file ||= target;
  if (after.currentContext !== before.currentContext) after.currentContextFile = before.currentContextFile ?? target;
  for (const path of new Set([...files.paths, target])) {
    const next = toDocument(after, path);
    const absolute = resolve(files.cwd, path);
    const unchanged = JSON.stringify(next) === JSON.stringify(toDocument(before, path));
    if (unchanged && !(path === target && !exists(absolute))) continue;
    writePrivately(absolute, writeYaml(next));
  }
}

/** Makes the default kubeconfig real once there is a cluster to point at. */
export async function ensureDefaultFile(files: ConfigFiles, config: Kubeconfig): Promise<void> {
  if (files.isDefault && !exists(files.paths[0] ?? '')) await saveKubeconfig(config, config, files);
}

export function copyConfig(config: Kubeconfig): Kubeconfig {
  const copy = <T>(entries: Map<string, Entry<T>>): Map<string, Entry<T>> =>
    new Map([...entries].map(([name, entry]) => [name, { value: structuredClone(entry.value), file: entry.file }]));
  return { ...config, clusters: copy(config.clusters), users: copy(config.users), contexts: copy(config.contexts) };
}

function writePrivately(path: string, text: string): void {
  const beside = `${path}.${process.pid}`;
  try {
    makeFolder(dirname(path));
    writeFileSync(beside, text, { mode: 0o600 });
    renameSync(beside, path);
  } catch (error) {
    throw new ConfigError(`cannot write the kubeconfig ${path}: ${(error as NodeJS.ErrnoException).code ?? 'failed'}`);
  }
}

function read(absolute: string, shown: string): string | undefined {
  try {
    return readFileSync(absolute, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ConfigError(
      `error loading config file "${shown}": ${code === 'EISDIR' ? `read ${shown}: is a directory` : `open ${shown}: permission denied`}`,
    );
  }
}

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;
