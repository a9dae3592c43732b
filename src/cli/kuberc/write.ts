// Preferences as the file holds them.
import type { Preferences } from './preferences.ts';

/** Defaults and aliases are there even if they are empty. */
export function asDocument({ aliases, defaults, credentialPluginAllowlist, credentialPluginPolicy }: Preferences): Record<string, unknown> {
  return {
    aliases: aliases.map(({ appendArgs, command, name, options, prependArgs }) => ({
      ...(appendArgs ? { appendArgs } : {}),
      command,
      name,
      ...(options ? { options } : {}),
      ...(prependArgs ? { prependArgs } : {}),
    })),
    apiVersion: 'kubectl.config.k8s.io/v1beta1',
    ...(credentialPluginAllowlist ? { credentialPluginAllowlist } : {}),
    ...(credentialPluginPolicy ? { credentialPluginPolicy } : {}),
    defaults,
    kind: 'Preference',
  };
}
