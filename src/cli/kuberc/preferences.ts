// Plays kubectl's kuberc (pkg/kuberc): the user's defaults for flags, and aliases for commands. The file is $KUBERC, else `kuberc` in
// kubemu's own home: ~/.kube is left alone.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { kubemuHome } from '../../client/kubeconfig.ts';
import { KubectlError } from '../verb.ts';

export interface Option {
  name: string;
  default: string;
}

export interface CommandDefaults {
  command: string;
  options: Option[];
}

export interface Alias {
  name: string;
  command: string;
  prependArgs?: string[];
  appendArgs?: string[];
  options?: Option[];
}

export interface Preferences {
  defaults: CommandDefaults[];
  aliases: Alias[];
  credentialPluginPolicy?: string;
  credentialPluginAllowlist?: { command: string }[];
}

export interface KubercFile {
  path: string;
  /** Named by a flag or the environment. */
  isExplicit: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Where the preferences are; undefined when they are switched off. `flag`: what `--kuberc` says. */
export function kubercFile(env: Env, cwd: string, flag: string | undefined): KubercFile | undefined {
  if (env.KUBECTL_KUBERC === 'false') return undefined;
  if (env.KUBERC === 'off') {
    if (flag) throw new KubectlError('disabling kuberc via KUBERC=off and passing kuberc flag are mutually exclusive');
    return undefined;
  }
  const named = flag || env.KUBERC;
  return named ? { path: resolve(cwd, named), isExplicit: true } : { path: join(kubemuHome(env), 'kuberc'), isExplicit: false };
}

export interface Read {
  preferences: Preferences;
  /** For stderr. */
  warnings: string[];
}

/** Undefined when there is no file, or none that can be used at the default path. */
export async function readPreferences({ path, isExplicit }: KubercFile): Promise<Read | undefined> {
  if (!existsSync(path)) {
    if (isExplicit) throw new KubectlError(`kuberc file not found at ${path}`);
    return undefined;
  }
  const warnings: string[] = [];
  try {
    const { yamlDocuments } = await import('../../machinery/yaml-full.ts');
    let problem = 'no valid preferences found';
    for (const document of yamlDocuments(readFileSync(path, 'utf8'))) {
      const read = preferencesOf(document);
      if (typeof read === 'string') {
        problem = read;
        continue;
      }
      if (read.unknown.length > 0) {
        const fields = read.unknown.map((field) => `unknown field "${field}"`).join(', ');
        warnings.push(`kuberc: ignoring strict decoding error in ${path}: strict decoding error: ${fields}`);
      }
      return { preferences: read.preferences, warnings };
    }
    throw new Error(problem);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (isExplicit) throw new KubectlError(`kuberc error ${why}`);
    return { preferences: { defaults: [], aliases: [] }, warnings: [`kuberc: no preferences loaded from ${path}: ${why}`] };
  }
}

const VERSIONS = ['kubectl.config.k8s.io/v1beta1', 'kubectl.config.k8s.io/v1alpha1'];
const FIELDS = ['apiVersion', 'kind', 'defaults', 'overrides', 'aliases', 'credentialPluginPolicy', 'credentialPluginAllowlist'];

/** A document as preferences, or why it is none. v1alpha1 calls options flags, and defaults overrides. */
function preferencesOf(document: unknown): { preferences: Preferences; unknown: string[] } | string {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return 'the document is no object';
  const given = document as Record<string, unknown>;
  if (given.kind !== 'Preference' || !VERSIONS.includes(String(given.apiVersion))) {
    return `no kind "${String(given.kind ?? '')}" is registered for version "${String(given.apiVersion ?? '')}"`;
  }
  const { credentialPluginPolicy, credentialPluginAllowlist } = given;
  const preferences: Preferences = {
    defaults: listOf(given.defaults ?? given.overrides, ({ command, options, flags }) => ({
      command: text(command),
      options: optionsOf(options ?? flags),
    })),
    aliases: listOf(given.aliases, ({ name, command, prependArgs, appendArgs, options, flags }) => ({
      name: text(name),
      command: text(command),
      ...(prependArgs ? { prependArgs: textsOf(prependArgs) } : {}),
      ...(appendArgs ? { appendArgs: textsOf(appendArgs) } : {}),
      ...((options ?? flags) ? { options: optionsOf(options ?? flags) } : {}),
    })),
    ...(credentialPluginPolicy === undefined ? {} : { credentialPluginPolicy: text(credentialPluginPolicy) }),
    ...(credentialPluginAllowlist === undefined
      ? {}
      : { credentialPluginAllowlist: listOf(credentialPluginAllowlist, ({ command }) => ({ command: text(command) })) }),
  };
  return { preferences, unknown: Object.keys(given).filter((field) => !FIELDS.includes(field)) };
}

function listOf<T>(given: unknown, item: (fields: Record<string, unknown>) => T): T[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw new Error('json: cannot unmarshal object into Go value of type []');
  return given.map((one) => item((one ?? {}) as Record<string, unknown>));
}

const optionsOf = (given: unknown): Option[] => listOf(given, (option) => ({ name: text(option.name), default: text(option.default) }));
const textsOf = (given: unknown): string[] => (Array.isArray(given) ? given.map(text) : []);
const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));
