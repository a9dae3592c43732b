// `kuberc set`: writes a default, an alias or the policy for credential plugins into the preferences.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type KubercFile, kubercFile, type Option, type Preferences, readPreferences } from '../../kuberc/preferences.ts';
import { asDocument } from '../../kuberc/write.ts';
import { defineVerb, KubectlError, type VerbContext } from '../../verb.ts';

export const kubercSet = defineVerb({
  short: 'Write a preference',
  examples: [
    { about: 'Pods are always shown wide', command: 'kubectl kuberc set --section=defaults --command=get --option=output=wide' },
    {
      about: 'An alias for the Pods of a namespace',
      command: 'kubectl kuberc set --section=aliases --name=sys --command=get --prependarg=pods --option=namespace=kube-system',
    },
  ],
  flags: {
    section: 'What to write: defaults, aliases or credentialplugin.',
    command: 'The command that it is about.',
    name: 'Name of the alias: letters only.',
    option: 'A flag and its value; may be given several times.',
    prependarg: 'An argument in front of those that are typed.',
    appendarg: 'An argument behind those that are typed.',
    overwrite: 'Replace what is there already.',
    policy: 'AllowAll, DenyAll or Allowlist.',
    'allowlist-entry': 'A plugin that may be run: command=NAME.',
  },
  async run(context) {
    const { flags, env, cwd } = context;
    const section = flags.string('section');
    if (!['defaults', 'aliases', 'credentialplugin'].includes(section)) {
      throw new KubectlError(`--section must be "defaults", "aliases", or "credentialplugin", got: ${section}`);
    }
    checkFlags(context, section);
    const file = kubercFile(env, cwd, flags.string('kuberc') || undefined);
    if (!file) throw new KubectlError('KUBERC is disabled via KUBERC=off environment variable');
    const known = existsSync(file.path) ? (await readPreferences({ ...file, isExplicit: true }))?.preferences : undefined;
    const preferences: Preferences = known ?? { defaults: [], aliases: [] };
    if (section === 'defaults') setDefaults(context, preferences);
    else if (section === 'aliases') setAlias(context, preferences);
    else setPolicy(context, preferences);
    await write(file, preferences);
    context.out(`Updated ${file.path}`);
    return 0;
  },
});

function checkFlags({ flags }: VerbContext, section: string): void {
  const command = flags.string('command');
  if (section === 'credentialplugin') {
    if (!flags.string('policy')) throw new KubectlError('--policy is required when --section=credentialplugin');
    return;
  }
  if (!command) throw new KubectlError('--command is required when --section=aliases or --section=defaults');
  if (section === 'aliases') {
    if (!flags.string('name')) throw new KubectlError('--name is required when --section=aliases');
    return;
  }
  if (flags.string('name')) throw new KubectlError('--name should not be specified when --section=defaults');
  if (flags.list('prependarg').length > 0 || flags.list('appendarg').length > 0) {
    throw new KubectlError('--prependarg and --appendarg are only valid for --section=aliases');
  }
}

function optionsOf({ flags }: VerbContext): Option[] {
  return flags.list('option').map((text) => {
    const equals = text.indexOf('=');
    if (equals <= 0) throw new KubectlError(`invalid option format ${JSON.stringify(text)}, expected flag=value`);
    return { name: text.slice(0, equals), default: text.slice(equals + 1) };
  });
}

function setDefaults(context: VerbContext, preferences: Preferences): void {
  const { flags } = context;
  const command = flags.string('command');
  const at = preferences.defaults.findIndex((one) => one.command === command);
  if (at >= 0 && !flags.bool('overwrite')) {
    throw new KubectlError(`defaults for command ${JSON.stringify(command)} already exist, use --overwrite to replace`);
  }
  const options = flags.given('option') ? optionsOf(context) : (preferences.defaults[at]?.options ?? []);
  preferences.defaults.splice(at < 0 ? preferences.defaults.length : at, at < 0 ? 0 : 1, { command, options });
}

function setAlias(context: VerbContext, preferences: Preferences): void {
  const { flags } = context;
  const name = flags.string('name');
  const at = preferences.aliases.findIndex((one) => one.name === name);
  const old = preferences.aliases[at];
  if (old && !flags.bool('overwrite')) throw new KubectlError(`alias ${JSON.stringify(name)} already exists, use --overwrite to replace`);
  const list = (flag: string, before: string[] | undefined): string[] | undefined => (flags.given(flag) ? [...flags.list(flag)] : before);
  const prependArgs = list('prependarg', old?.prependArgs);
  const appendArgs = list('appendarg', old?.appendArgs);
  const options = flags.given('option') ? optionsOf(context) : old?.options;
  const alias = {
    name,
    command: flags.string('command'),
    ...(prependArgs ? { prependArgs } : {}),
    ...(appendArgs ? { appendArgs } : {}),
    ...(options ? { options } : {}),
  };
  preferences.aliases.splice(at < 0 ? preferences.aliases.length : at, at < 0 ? 0 : 1, alias);
}

function setPolicy({ flags }: VerbContext, preferences: Preferences): void {
  preferences.credentialPluginPolicy = flags.string('policy');
  if (flags.given('allowlist-entry')) {
    preferences.credentialPluginAllowlist = flags.list('allowlist-entry').map((text) => ({ command: text.replace(/^command=/, '') }));
  }
}

/** Beside the file first, so that nobody ever reads half of it. */
async function write({ path }: KubercFile, preferences: Preferences): Promise<void> {
  const { writeYaml } = await import('../../../machinery/yaml-write.ts');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, writeYaml(asDocument(preferences)), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
